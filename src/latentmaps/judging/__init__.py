"""Classify the VAE's random digits with the CNN, if the VAE has learned digits."""
