"""The live page of a training in progress. It shows results and never affects them."""
