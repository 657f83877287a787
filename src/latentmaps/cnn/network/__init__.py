"""The network: definition, files and inference."""
