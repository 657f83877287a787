"""Turn raw faces into an array: crop, resize, and split into parts."""
