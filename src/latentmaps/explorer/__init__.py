"""A page in which the trained networks run."""
