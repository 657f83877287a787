"""Where digits come from: bundled, downloaded, or a folder."""
