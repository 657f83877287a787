"""Names of feature nets that others ask for.

Nothing is imported here: the pages, which start without TensorFlow, need a name and no net.
"""

# The only net with which a Frechet distance compares with published values of FID: called so.
FID_NETWORK = "inception-2015-fid"
