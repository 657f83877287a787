"""The latent space: encodings of faces, samplers, and attribute directions."""
