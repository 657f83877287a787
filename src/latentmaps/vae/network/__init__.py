"""The networks of the VAE: their layers and losses, how they are saved, and how they are used."""
