"""Play with a trained VAE: photos of one's own, attributes added, walks, sheets."""
