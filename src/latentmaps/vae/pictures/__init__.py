"""Sheets and charts of faces and of the latent space."""
