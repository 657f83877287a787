"""The data set of digits."""
