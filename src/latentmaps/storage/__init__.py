"""Strict readers and writers of files."""
