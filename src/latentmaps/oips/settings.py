"""Default search parameters, used where no section of params.yaml provides them."""

from latentmaps.params.draw_oips import DrawOips

# the same values as in params.yaml; a test compares the two
DEFAULTS = DrawOips(
    layers=("any",),
    range="free",
    num_starts=24,
    num_finalists=3,
    race_steps=12,
    start_kinds=("scales",),
    length_scales=(3, 7, 14, 28),
    length_weights=(0.5, 0.5, 0.5, 0.5),
    strategy="superposition",
    scale_steps=(20, 40, 80),
    enrich_strength=0.5,
    head_start=True,
    precursor=True,
    num_candidates=1024,
    candidate_kinds=("scales", "coarse", "fourier", "noise"),
    num_rescue_steps=32,
    num_steps=400,
    step_size=1.0,
    convergence_threshold=0.0005,
    jitter=0,
    smoothness=0.0,
    polish=0.95,
    num_snapshots=7,
    color_map="gray",
    seed=None,
)
