"""The page that shows DVC experiments side by side: the same faces, the same z, and the numbers.

This package is separate from ``report`` because no stage depends on it: changing the comparison
page reruns no stage. The page shows what DVC and git store for each experiment; it computes only
means over seeds and the verdict on a sweep.
"""
