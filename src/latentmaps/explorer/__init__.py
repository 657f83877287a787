"""The explorer: an interactive page on which the trained networks run in the browser."""
