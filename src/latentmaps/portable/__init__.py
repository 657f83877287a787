"""Trained networks in plain form, for use in other programs."""
