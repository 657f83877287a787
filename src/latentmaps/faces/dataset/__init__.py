"""Readers of the array of faces and its parts."""
