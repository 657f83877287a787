"""Pixel conversion, measures of similarity, and safe opening of picture files."""
