"""The live page for a training run in progress; it shows results and never affects them."""
