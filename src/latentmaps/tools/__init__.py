"""Programs for ``make`` and CI; no stage depends on them."""
