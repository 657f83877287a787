"""Nearly empty parts of the page, in place of the real ones."""
