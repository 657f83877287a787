"""Handwritten digits: their sources, and the data set."""
