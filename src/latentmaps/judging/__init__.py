"""Classify random digits of the VAE with the CNN, if the VAE has learned digits."""
