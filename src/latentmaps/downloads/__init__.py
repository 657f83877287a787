"""Download files and verify their hashes."""
