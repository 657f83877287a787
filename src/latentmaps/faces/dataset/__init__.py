"""Read the array of faces and its parts."""
