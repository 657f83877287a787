"""Made-up experiments that need no DVC and are quick to create.

Their numbers have the names of the sample's committed numbers but other values, so these tests fail
if the schema changes.
"""

from collections.abc import Mapping
from typing import Any

from PIL import Image
from tests.committed_numbers import read_committed

from latentmaps.compare.experiment import Experiment
from latentmaps.report import glossary

SAMPLERS = tuple(glossary.samplers())
# the kinds of random faces
KINDS = tuple(f"{name}{suffix}" for name in SAMPLERS for suffix in ("", "_cool"))
# the last kind has the smallest kernel distance
BEST = f"{glossary.term(SAMPLERS[-1]).label}, cooled to 0.8"
TILE = 12
FID_NETWORK = "inception-2015-fid"


def replace_numbers(stage: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the committed numbers of a stage with other values.

    Args:
        stage: train_vae or evaluate_vae.
        changes: the new values; parts of the document are replaced as a whole.

    Raises:
        KeyError: `changes` has a number that the committed files lack.
    """
    committed = read_committed(stage)
    if unknown := _names(changes) - _names(committed):
        raise KeyError(f"the committed numbers of {stage} have no {', '.join(sorted(unknown))}")
    return committed | dict(changes)


def _names(numbers: Mapping[str, Any], prefix: str = "") -> set[str]:
    """Return the dotted names of all numbers."""
    names: set[str] = set()
    for key, value in numbers.items():
        names |= _names(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key}
    return names


def training_numbers(fact: float) -> dict[str, Any]:
    """Return numbers of train_vae in which the reconstruction loss increases with fact."""
    numbers = {
        "fact": fact,
        "val_reconstruction_loss": 5000.0 + 40 * fact,
        "val_bce_per_dim": 0.57 + 0.001 * fact,
        "val_kl_share": 0.02 + 0.001 * fact,
        "val_kl_share_above_floor": 0.2 + 0.01 * fact,
        "val_kl_nats": 61.0 - 4 * fact,
        "val_total_loss": 5100.0 + 41 * fact,
        "val_kl_loss": 100.0 + fact,
        "reconstruction_loss": 4990.0 + 40 * fact,
        "kl_nats": 59.0 - 4 * fact,
        "total_loss": 5090.0 + 41 * fact,
        "kl_loss": 99.0 + fact,
        "epoch": 11,
        "beta_equivalent": 3 * fact,
        "num_parameters": 7866307,
        "latent_dim": 256,
        "versions": {"tensorflow": "2.21.0", "keras": "3.15.1"},
    }
    return replace_numbers("train_vae", numbers)


def evaluation_numbers(fact: float) -> dict[str, Any]:
    """Return numbers of evaluate_vae in which the raw KL decreases with fact."""
    likeness = {
        "mse": 0.01 + 0.001 * fact,
        "psnr_db": 21.0 - 0.3 * fact,
        "ssim": 0.7 - 0.01 * fact,
        "ms_ssim": 0.8 - 0.01 * fact,
        "bce_per_dim": 0.56,
        "bce_above_entropy": 0.02,
        "sharpness": 1.9,
    }
    distances = {kind: 0.08 / (fact + place) for place, kind in enumerate(KINDS, 1)}
    numbers = {
        **likeness,
        "sampled": likeness,
        "sharpness_originals": 15.7,
        "diversity": 0.27,
        "diversity_originals": 0.3,
        "kl_nats": 60.0 - 4 * fact,
        "num_dimensions_used": 256 - round(10 * fact),
        "num_dimensions_90": 256 - round(9 * fact),
        "radius_mean": 16.4,
        "radius_std": 0.8,
        "radius_prior": 15.98,
        "z_mean_rms": 0.07,
        "z_std_mean": 1.01,
        "z_std_min": 0.9,
        "z_std_max": 1.2,
        "mmd_prior": 0.004 + 0.002 / max(fact, 0.1),
        "mmd_floor": -0.0006,
        **{f"kernel_{sampler}": distances[sampler] for sampler in SAMPLERS},
        "num_test": 400,
        "num_compared": 250,
        "temperature": 0.8,
        "feature_nets": ["pixels-pca"],
        "versions": {},
        "samples": {
            "real": sample_numbers(-0.0004),
            **{kind: sample_numbers(distance) for kind, distance in distances.items()},
        },
    }
    return replace_numbers("evaluate_vae", numbers)


def without_kernel_headlines(numbers: Mapping[str, Any]) -> dict[str, Any]:
    """Return numbers of evaluate_vae as an older version wrote them."""
    return {name: value for name, value in numbers.items() if not name.startswith("kernel_")}


def with_fid_network(numbers: dict[str, Any]) -> dict[str, Any]:
    """Return numbers of evaluate_vae with a second feature net, the one of FID."""
    samples = {
        kind: row | {FID_NETWORK: {name: 10 * value for name, value in row["pixels-pca"].items()}}
        for kind, row in numbers["samples"].items()
    }
    return numbers | {"feature_nets": ["pixels-pca", FID_NETWORK], "samples": samples}


def sample_numbers(kernel_distance: float) -> dict[str, Any]:
    """Return the numbers of one kind of faces."""
    return {
        "sharpness": 2.0,
        "diversity": 0.3,
        "pixels-pca": {
            "frechet_distance": 40 * abs(kernel_distance),
            "kernel_distance": kernel_distance,
            "kernel_distance_error": 0.0043,
            "precision": 0.7,
            "recall": 0.5,
            "density": 0.9,
            "coverage": 0.6,
            "nearest_training": 0.97,
        },
    }


def make_strip(num_columns: int, num_rows: int, *, shade: float, faces: int = 0) -> Image.Image:
    """Draw a strip of tiles.

    Args:
        num_columns: number of tiles in a row.
        num_rows: with two rows, the upper one shows the test faces.
        shade: shade of all other tiles, different for each network.
        faces: shade of the test faces.
    """
    image = Image.new("RGB", (num_columns * (TILE + 6) - 6, num_rows * (TILE + 6) - 6), "white")
    for place in range(num_columns * num_rows):
        row, column = divmod(place, num_columns)
        is_face = num_rows == 2 and row == 0
        gray = (column * 25 + 10 * faces) % 256 if is_face else round(shade * 20 + column * 5) % 256
        corner = (column * (TILE + 6), row * (TILE + 6))
        image.paste((gray, gray // 2, 90), (*corner, corner[0] + TILE, corner[1] + TILE))
    return image


def make_strips(fact: float, *, faces: int = 0) -> dict[str, Image.Image]:
    """Draw all strips of an experiment."""
    samples = {n: make_strip(8, 1, shade=fact + place) for place, n in enumerate(SAMPLERS)}
    return {"reconstructions": make_strip(7, 2, shade=fact, faces=faces), **samples}


def make_experiment(name: str, fact: float, **changes: Any) -> Experiment:
    """Make a complete experiment.

    Args:
        name: name of the experiment.
        fact: weight of the KL term.
        changes: attributes, or parameters by dotted name.
    """
    others = {key: changes.pop(key) for key in list(changes) if "." in key}
    values = {
        "base.seed": 2022,
        "fetch_faces.source": "avatars",
        "train_vae.fact": fact,
        "train_vae.latent_dim": 256,
        "train_vae.reconstruction_loss": "bce",
        "train_vae.epochs": 11,
    }
    attributes: dict[str, Any] = {
        "name": name,
        "revision": name.encode().hex()[:7],
        "parameters": values | others,
        "training": training_numbers(fact),
        "test": evaluation_numbers(fact),
        "strips": make_strips(fact),
        "data": {"data/faces/split.csv": "aa"},
        "code": {"train_vae": "cc", "evaluate_vae": "dd"},
        "results": name,
    }
    return Experiment(**(attributes | changes))


def make_sweep() -> list[Experiment]:
    """Make experiments with five values of fact, out of order."""
    return [make_experiment(f"run-{fact:g}", fact) for fact in (3.0, 0.5, 10.0, 1.5, 5.0)]
