"""Pictures: from arrays to PNG sheets and charts, equal byte for byte for equal input."""
