"""The patterns that excite the feature maps of the VAE's encoder."""
