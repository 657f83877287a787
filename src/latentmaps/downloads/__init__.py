"""Download files that are checked by their hashes; changes no result."""
