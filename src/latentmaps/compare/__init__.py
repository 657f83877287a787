"""One page that compares DVC experiments: the same faces, the same z, the numbers under them.

A package of its own beside ``report``: no stage depends on it, so a change of this page runs no
stage again. It shows what DVC and git keep of each experiment, and computes nothing anew but means
over seeds and what they say of a sweep.
"""
