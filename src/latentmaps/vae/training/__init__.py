"""Training of the VAE: KL methods, batches, the training film and the results."""
