"""Warnings about results that are not meaningful, for the log and the report."""

# Our own thresholds, from measurements on 48 to 2,400 faces. With fewer steps, all faces are gray
# smears. In a trained network, reconstructions have two thirds of the diversity of the faces, and
# random faces have half.
_LEAST_STEPS = 600
_LEAST_SHARE = 0.2


def about_training(num_steps: float, *, from_random: bool = True) -> list[str]:
    """Return a warning if a training run is too short.

    Args:
        num_steps: total number of batches in all epochs.
        from_random: whether training starts from random weights; from trained weights, a few steps
            can be enough.
    """
    if num_steps >= _LEAST_STEPS or not from_random:
        return []
    warning = (
        f"The VAE is trained for only {num_steps:,.0f} steps. It needs about {_LEAST_STEPS} to "
        "produce faces instead of gray smears. Set epochs and batch_size of train_vae in the "
        "profile to auto, or use more epochs or a smaller batch_size."
    )
    return [warning]


def about_evaluation(
    *, reconstructions: tuple[float, float], random_faces: tuple[float, float]
) -> list[str]:
    """Return a warning for each set of faces that has very little diversity.

    Args:
        reconstructions: diversity of the reconstructions, and of their originals.
        random_faces: diversity of random faces from the prior, and of real faces.
    """
    kinds = {"Reconstructions": reconstructions, "Random faces from the prior": random_faces}
    return [
        f"{kind} hardly differ from one another: their diversity is {found:.3f}, that of real "
        f"faces {real:.3f}. The VAE decodes every latent point to nearly the same face. Train it "
        "longer, or with a smaller fact."
        for kind, (found, real) in kinds.items()
        if found < _LEAST_SHARE * real
    ]
