"""The page that compares DVC experiments: the same faces, the same z, and the numbers below them.

This package is separate from ``report`` because no stage depends on it: a change to the comparison
page reruns no stage. It shows what DVC and git store for each experiment. All it computes is means
over seeds and the verdict on a sweep.
"""
