"""Sheets of tiles with words, and charts."""
