"""What the network is, how it is saved, and how it is used."""
