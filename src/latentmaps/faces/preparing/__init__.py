"""From raw faces to an array: crop, resize, and decide the parts."""
