"""Programs that make and CI use; no stage needs them."""
