"""Parts of the page with next to nothing in them, in the place of the real ones."""
