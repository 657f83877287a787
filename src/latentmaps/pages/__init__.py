"""Templates, styles and pictures that all HTML pages share."""
