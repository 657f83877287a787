"""The page with all pictures and numbers, and the offline template for ``dvc plots``."""
