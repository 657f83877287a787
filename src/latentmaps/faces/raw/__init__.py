"""What every source writes: an archive of pictures and tables about them."""
