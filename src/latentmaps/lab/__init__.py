"""Find the inputs that excite a few units of any network, from given start images."""
