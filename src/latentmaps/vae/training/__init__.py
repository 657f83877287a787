"""How the network is trained: losses, KL methods, batches."""
