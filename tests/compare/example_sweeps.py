"""Made-up sweeps with the numbers that the criteria judge, one value for each seed."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.compare.example_experiments import (
    KINDS,
    SAMPLERS,
    evaluation_numbers,
    make_experiment,
    training_numbers,
)

from latentmaps.compare.experiment import Experiment

# diversity of the test faces; half of its square is their pixel variance
DIVERSITY = 0.4
ERROR = 0.01


def judged(
    fact: float,
    seed: int = 1,
    *,
    kept: float = 0.9,
    prior: float = 0.1,
    fitted: float = 0.05,
    share: float = 0.2,
    error: float = ERROR,
    **others: Any,
) -> Experiment:
    """Make an experiment with given values of the numbers that are judged.

    Args:
        fact: weight of the KL term.
        seed: seed of the training run.
        kept: share of the variance that reconstructions keep.
        prior: kernel distance of faces from the prior.
        fitted: kernel distance of faces from the other samplers; cooled samplers are worse.
        share: KL share above the floor.
        error: standard error of each kernel distance.
        others: parameters by dotted name, and attributes.
    """
    test = evaluation_numbers(fact) | {
        "diversity_originals": DIVERSITY,
        "mse": (1.0 - kept) * DIVERSITY**2 / 2.0,
    }
    for kind in KINDS:
        numbers = test["samples"][kind]["pixels-pca"]
        distance = prior if kind.startswith("prior") else fitted
        numbers["kernel_distance"] = distance + (1.0 if kind.endswith("_cool") else 0.0)
        numbers["kernel_distance_error"] = error
        if kind in SAMPLERS:
            test[f"kernel_{kind}"] = numbers["kernel_distance"]
    losses = training_numbers(fact) | {"val_kl_share_above_floor": share}
    name = others.pop("name", f"f{fact:g}-s{seed}")
    attributes = {"test": test, "training": losses, "train_vae.seed": seed}
    return make_experiment(name, fact, **(attributes | others))


def sweep_of(numbers: Mapping[float, Sequence[Mapping[str, float]]]) -> list[Experiment]:
    """Make a sweep.

    Args:
        numbers: fact -> the judged numbers of each seed.
    """
    return [
        judged(fact, seed, **of_seed)
        for fact, of_seeds in numbers.items()
        for seed, of_seed in enumerate(of_seeds, 1)
    ]


def trade_off() -> list[Experiment]:
    """Make a sweep of fact 0, 1, 3 and 10 with three seeds; facts 1 and 3 are supported.

    With fact 3, the kept variance differs between the seeds.
    """
    return sweep_of(
        {
            0.0: [{"kept": 0.95, "prior": 0.9, "share": 0.0}] * 3,
            1.0: [{"kept": 0.90, "prior": 0.11}] * 3,
            3.0: [{"kept": kept, "prior": 0.10} for kept in (0.84, 0.85, 0.86)],
            10.0: [{"kept": 0.70, "prior": 0.12}] * 3,
        }
    )
