"""Numbers on reconstructions, the latent space and random faces."""
