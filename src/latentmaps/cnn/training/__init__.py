"""How the network is trained and tested."""
