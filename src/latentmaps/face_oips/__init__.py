"""The patterns that excite the feature maps of the encoder of the VAE."""
