"""Faces, from their sources to the arrays that are trained on."""
