"""Sources of faces: avatars, CelebA, a folder of pictures, or digits in place of faces."""
