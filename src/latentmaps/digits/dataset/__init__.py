"""Read the digits."""
