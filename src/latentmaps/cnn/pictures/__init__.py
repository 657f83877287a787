"""Pictures of what its layers see."""
