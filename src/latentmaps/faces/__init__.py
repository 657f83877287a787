"""Faces, from their sources to the training arrays."""
