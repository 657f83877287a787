"""The sources of digits: the repository, a download, or a folder."""
