"""From raw data to what a network has learnt: faces through a VAE, digits through a CNN."""

__version__ = "0.1.0"
