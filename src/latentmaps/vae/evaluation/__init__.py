"""Measures of reconstructions, the latent space and random faces."""
