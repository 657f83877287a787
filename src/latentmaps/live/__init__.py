"""The live page of a training run in progress, which shows results and never affects them."""
