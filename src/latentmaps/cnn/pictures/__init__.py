"""Pictures of the activations of the network."""
