"""The output of every source: an archive of pictures and the tables that describe them."""
