"""A trained VAE in use: photos, added attributes, interpolations and sheets."""
