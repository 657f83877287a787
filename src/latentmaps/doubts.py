"""Results that look like results and are none: said in the log, and in a box on the page."""

# Own choices, measured on 48 to 2,400 faces: with fewer steps all faces are gray smears; in a
# trained network reconstructions have two thirds of the diversity of the faces, random faces half.
_LEAST_STEPS = 600
_LEAST_SHARE = 0.2


def of_training(num_steps: float, *, from_random: bool = True) -> list[str]:
    """Return a warning if a training of so many steps was too short.

    Args:
        num_steps: batches in all epochs.
        from_random: it started from random weights; from trained ones a few steps may be enough.
    """
    if num_steps >= _LEAST_STEPS or not from_random:
        return []
    warning = (
        f"The VAE is trained for only {num_steps:,.0f} steps; it takes about {_LEAST_STEPS} until "
        "it shows faces instead of gray smears. Set epochs and batch_size of train_vae, in the "
        "profile, to auto, or take more epochs or a smaller batch_size."
    )
    return [warning]


def of_evaluation(
    *, reconstructions: tuple[float, float], random_faces: tuple[float, float]
) -> list[str]:
    """Return a warning for each kind of faces that are all alike.

    Args:
        reconstructions: their diversity, and that of their originals.
        random_faces: the diversity of those from the prior, and that of real faces.
    """
    kinds = {"Reconstructions": reconstructions, "Random faces from the prior": random_faces}
    return [
        f"{kind} hardly differ from one another: their diversity is {found:.3f}, that of real "
        f"faces {real:.3f}. The VAE gives nearly the same face for every point of the latent "
        "space: train it longer, or with a smaller fact."
        for kind, (found, real) in kinds.items()
        if found < _LEAST_SHARE * real
    ]
