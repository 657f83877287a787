"""Pictures of the network's activations."""
