"""Where faces come from: avatars, CelebA, or a folder of pictures."""
