"""Let the CNN read what the VAE makes of random points, where the VAE has learned digits."""
