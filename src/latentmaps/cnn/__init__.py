"""The CNN that classifies digits."""
