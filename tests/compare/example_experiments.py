"""Made-up experiments, without DVC, small enough to make in a blink."""

from typing import Any

from PIL import Image

from latentmaps.compare.experiment import Experiment
from latentmaps.report import glossary

SAMPLERS = tuple(glossary.samplers())
# of random faces
KINDS = tuple(f"{name}{suffix}" for name in SAMPLERS for suffix in ("", "_cool"))
# the last kind has the least kernel distance
BEST = f"{glossary.term(SAMPLERS[-1]).label}, cooled to 0.8"
TILE = 12
FID_NETWORK = "inception-2015-fid"


def training(fact: float) -> dict[str, Any]:
    """Metrics of train_vae: the larger fact, the larger the reconstruction loss."""
    return {
        "fact": fact,
        "val_reconstruction_loss": 5000.0 + 40 * fact,
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


def evaluation(fact: float) -> dict[str, Any]:
    """Metrics of evaluate_vae: the larger fact, the smaller the raw KL."""
    likeness = {
        "mse": 0.01 + 0.001 * fact,
        "psnr_db": 21.0 - 0.3 * fact,
        "ssim": 0.7 - 0.01 * fact,
        "ms_ssim": 0.8 - 0.01 * fact,
        "bce_per_dim": 0.56,
        "bce_above_entropy": 0.02,
        "sharpness": 1.9,
    }
    by_kind = {kind: sample(0.08 / (fact + place)) for place, kind in enumerate(KINDS, 1)}
    return {
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
        "num_test": 400,
        "num_compared": 250,
        "temperature": 0.8,
        "feature_nets": ["pixels-pca"],
        "samples": {"real": sample(-0.0004), **by_kind},
    }


def with_fid_network(metrics: dict[str, Any]) -> dict[str, Any]:
    """The metrics of evaluate_vae with a second feature net, that of FID."""
    samples = {
        kind: row | {FID_NETWORK: {name: 10 * value for name, value in row["pixels-pca"].items()}}
        for kind, row in metrics["samples"].items()
    }
    return metrics | {"feature_nets": ["pixels-pca", FID_NETWORK], "samples": samples}


def sample(kernel_distance: float) -> dict[str, Any]:
    """Numbers on random faces."""
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


def strip(num_columns: int, num_rows: int, *, shade: float, faces: int = 0) -> Image.Image:
    """A strip: in the upper of two rows the faces, the others shaded by what made them."""
    image = Image.new("RGB", (num_columns * (TILE + 6) - 6, num_rows * (TILE + 6) - 6), "white")
    for place in range(num_columns * num_rows):
        row, column = divmod(place, num_columns)
        is_face = num_rows == 2 and row == 0
        gray = (column * 25 + 10 * faces) % 256 if is_face else round(shade * 20 + column * 5) % 256
        corner = (column * (TILE + 6), row * (TILE + 6))
        image.paste((gray, gray // 2, 90), (*corner, corner[0] + TILE, corner[1] + TILE))
    return image


def strips(fact: float, *, faces: int = 0) -> dict[str, Image.Image]:
    """All strips of an experiment."""
    samples = {n: strip(8, 1, shade=fact + place) for place, n in enumerate(SAMPLERS)}
    return {"reconstructions": strip(7, 2, shade=fact, faces=faces), **samples}


def experiment(name: str, fact: float, **changes: Any) -> Experiment:
    """An experiment that lacks nothing; `changes` are attributes, or parameters by dotted name."""
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
        "training": training(fact),
        "test": evaluation(fact),
        "strips": strips(fact),
        "data": {"data/faces/split.csv": "aa"},
        "code": {"train_vae": "cc", "evaluate_vae": "dd"},
        "results": name,
    }
    return Experiment(**(attributes | changes))


def sweep() -> list[Experiment]:
    """Five values of fact, out of order."""
    return [experiment(f"run-{fact:g}", fact) for fact in (3.0, 0.5, 10.0, 1.5, 5.0)]
