"""The training loop, checkpoints and optimizers that both networks share."""
