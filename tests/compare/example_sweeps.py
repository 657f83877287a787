"""Made-up sweeps with the numbers that the criteria judge, a value for each seed."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.compare.example_experiments import KINDS, evaluation, experiment, training

from latentmaps.compare.experiment import Experiment

# of the test faces: their pixel variance is half of its square
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
    """An experiment with the numbers that are judged.

    Args:
        fact: weight of the KL term.
        seed: of the training.
        kept: share of the variance that reconstructions keep.
        prior: kernel distance of faces from the prior.
        fitted: that of the other samplers; those that are cooled are worse.
        share: KL share above the floor.
        error: standard error of each kernel distance.
        others: parameters by dotted name, and attributes.
    """
    test = evaluation(fact) | {
        "diversity_originals": DIVERSITY,
        "mse": (1.0 - kept) * DIVERSITY**2 / 2.0,
    }
    for kind in KINDS:
        net = test["samples"][kind]["pixels-pca"]
        distance = prior if kind.startswith("prior") else fitted
        net["kernel_distance"] = distance + (1.0 if kind.endswith("_cool") else 0.0)
        net["kernel_distance_error"] = error
    losses = training(fact) | {"val_kl_share_above_floor": share}
    name = others.pop("name", f"f{fact:g}-s{seed}")
    attributes = {"test": test, "training": losses, "train_vae.seed": seed}
    return experiment(name, fact, **(attributes | others))


def sweep_of(of_facts: Mapping[float, Sequence[Mapping[str, float]]]) -> list[Experiment]:
    """A sweep: fact -> the numbers of each seed."""
    return [
        judged(fact, seed, **numbers)
        for fact, of_seeds in of_facts.items()
        for seed, numbers in enumerate(of_seeds, 1)
    ]


def trade_off() -> list[Experiment]:
    """Three seeds of facts 0, 1, 3, 10: 1 and 3 are supported, 3 with a spread of the variance."""
    return sweep_of(
        {
            0.0: [{"kept": 0.95, "prior": 0.9, "share": 0.0}] * 3,
            1.0: [{"kept": 0.90, "prior": 0.11}] * 3,
            3.0: [{"kept": kept, "prior": 0.10} for kept in (0.84, 0.85, 0.86)],
            10.0: [{"kept": 0.70, "prior": 0.12}] * 3,
        }
    )
