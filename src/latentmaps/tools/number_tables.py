"""Write the tables of numbers in README.md and docs/compare.md; ``make figures`` runs this.

A table is enclosed by two comments, ``<!-- numbers: NAME -->`` and ``<!-- end of numbers -->``. Its
numbers come from the committed results of the sample: reports/<stage>/metrics.json, and the files
that ``make figures`` copies to docs/figures. Edit the words of a table here, not in the document.
"""

import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from latentmaps.compare import table
from latentmaps.compare.experiment import FACT, Experiment

_BEGIN = "<!-- numbers: {name} -->"
_END = "<!-- end of numbers -->"

# columns of the table of samplers: name in numbers.json, title
_SAMPLERS = {"real": "real faces", "prior": "prior", "gaussian": "Gaussian", "parzen": "Parzen"}
# its rows: title, name in numbers.json, format
_SAMPLE_ROWS = (
    ("Fréchet distance", "frechet_distance", "{:.2f}"),
    ("kernel distance", "kernel_distance", "{:z.3f}"),
    ("precision", "precision", "{:.2f}"),
    ("recall", "recall", "{:.2f}"),
    ("coverage", "coverage", "{:.2f}"),
    ("diversity", "diversity", "{:.3f}"),
    ("distance to the nearest training face", "nearest_training", "{:.2f}"),
)


def read_numbers(root: Path, stage: str) -> dict[str, Any]:
    """Return the committed numbers of one of the sample's stages.

    Args:
        root: root of the repository.
        stage: train_vae, evaluate_vae or train_cnn.
    """
    files = [root / f"docs/figures/{stage}.json", root / f"reports/{stage}/metrics.json"]
    numbers, headlines = (json.loads(path.read_text(encoding="utf-8")) for path in files)
    return {**numbers, **headlines}


def fill(text: str, root: Path) -> str:
    """Return a document with all its tables recomputed.

    Args:
        text: text of the document.
        root: root of the repository whose results are shown.

    Raises:
        KeyError: the document names a table that does not exist.
    """

    def compute(found: re.Match[str]) -> str:
        return "\n".join([_BEGIN.format(name=found[1]), TABLES[found[1]](root), _END])

    pattern = _BEGIN.format(name=r"(\w+)") + r"\n.*?" + re.escape(_END)
    return re.sub(pattern, compute, text, flags=re.DOTALL)


def _faces(root: Path) -> str:
    training, test = read_numbers(root, "train_vae"), read_numbers(root, "evaluate_vae")
    share, share_above_floor = training["val_kl_share"], training["val_kl_share_above_floor"]
    return _tabulate(
        f"faces: VAE, `fact` {training['fact']:g} (beta {training['beta_equivalent']:g}), "
        f"{test['num_searched']:,} avatars, {training['epochs']} epochs",
        {
            "total loss, validation part": f"{training['val_total_loss']:,.0f}",
            "share of the KL term in the loss; in the part of the loss above its entropy floor": (
                f"{share:.2%}; {share_above_floor:.0%}"
            ),
            "binary cross-entropy of reconstructed test faces, per pixel and channel": (
                f"{test['bce_per_dim']:.4f} nats, {test['bce_above_entropy']:.4f} above the floor"
            ),
            "KL divergence": (
                f"{test['kl_nats']:.1f} nats; {test['num_dimensions_used']} of "
                f"{training['latent_dim']} dimensions have more than 0.1 nat"
            ),
            "PSNR, SSIM, MS-SSIM of reconstructed test faces": (
                f"{test['psnr_db']:.1f} dB, {test['ssim']:.3f}, {test['ms_ssim']:.3f}"
            ),
            "squared MMD between the latent points of test faces and the prior; between two "
            "samples of the prior": f"{test['mmd_prior']:.4f}; {test['mmd_floor']:.4f}",
        },
    )


def _samplers(root: Path) -> str:
    test = read_numbers(root, "evaluate_vae")
    heads = [
        f"{test['num_compared']} random faces against {test['num_test']} test faces, `pixels-pca`",
        *_SAMPLERS.values(),
    ]
    rows = [heads, ["---"] * len(heads)]
    for title, name, pattern in _SAMPLE_ROWS:
        samples = [test["samples"][sampler] for sampler in _SAMPLERS]
        values = [{**sample, **sample["pixels-pca"]}[name] for sample in samples]
        rows.append([title, *(pattern.format(value) for value in values)])
    return _join(rows)


def _digits(root: Path) -> str:
    numbers = read_numbers(root, "train_cnn")
    layers = [
        pd.read_csv(root / f"docs/figures/{layer['layer']}.csv")
        for layer in numbers["layers"]
        if layer["layer"].startswith("Conv2D")
    ]
    maps = pd.concat(layers)
    status = maps["status"].value_counts()
    free, in_range = (
        ", ".join(f"{layer[column].median():.2f}" for layer in layers)
        for column in ("ratio", "ratio_in_range")
    )
    return _tabulate(
        f"digits: CNN, {numbers['num_train']:,} digits, {numbers['epochs']} epochs",
        {
            "accuracy on test digits": f"{numbers['test_accuracy']:.2%}",
            "feature maps with an OIP": (
                f"{len(maps) - status.get('dead', 0)} of {len(maps)} ({status['alive']} respond to "
                f"a random start image, {status.get('rescued', 0)} needed a search over many "
                f"candidates); for {maps['from_head_start'].sum()}, the head start won"
            ),
            "activation of the OIP relative to the strongest test digit, median per layer": (
                f"{free} with free pixels; {in_range} in the range of real digits"
            ),
        },
    )


def _experiments(root: Path) -> str:
    """Return what `latentmaps table` prints for the sample."""
    training, test = read_numbers(root, "train_vae"), read_numbers(root, "evaluate_vae")
    parameters = {FACT: training["fact"]}
    sample = Experiment("HEAD", parameters=parameters, training=training, test=test)
    printed, _, _ = table.render([sample]).partition("\n\n")
    return f"```text\n{printed}\n```"


def _tabulate(title: str, values: Mapping[str, str]) -> str:
    return _join(
        [[title, "sample"], ["---", "---"], *([name, text] for name, text in values.items())]
    )


def _join(rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(cells) + " |" for cells in rows)


TABLES: dict[str, Callable[[Path], str]] = {
    "faces": _faces,
    "samplers": _samplers,
    "digits": _digits,
    "experiments": _experiments,
}


if __name__ == "__main__":
    for name in sys.argv[1:]:
        document = Path(name)
        filled = fill(document.read_text(encoding="utf-8"), Path())
        document.write_text(filled, encoding="utf-8")
