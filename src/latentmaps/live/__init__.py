"""A page on which one watches a training. It shows results, and decides none."""
