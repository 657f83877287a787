"""The page that compares DVC experiments by the same faces, the same z, and their numbers.

This package is separate from ``report`` because no stage depends on it: changing the comparison
page reruns no stage. The page shows what DVC and git store for each experiment; it computes only
means over seeds and the verdict on a sweep.
"""
