"""Contact sheets and charts."""
