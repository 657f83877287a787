"""Our networks in plain form, for use elsewhere."""
