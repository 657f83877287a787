"""The CNN that reads digits."""
