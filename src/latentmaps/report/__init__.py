"""The page with all pictures and numbers of a run."""
