"""The latent space: where faces lie, and samplers of random points."""
