"""Tables of numbers about reconstructions and the latent space."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from latentmaps.errors import DataError
from latentmaps.report import content, glossary, inputs
from latentmaps.report.content import Head, Row, Table
from latentmaps.report.inputs import Document

_RECONSTRUCTION_NUMBERS = (
    *("mse", "psnr_db", "ssim", "ms_ssim"),
    *("bce_per_dim", "bce_above_entropy", "sharpness"),
)
# name -> value for the prior N(0, I)
_MOMENTS = {"z_mean_rms": 0.0, "z_std_mean": 1.0, "z_std_min": 1.0, "z_std_max": 1.0}
# measured on validation faces, although the table is about test faces
_OF_VALIDATION = {
    "kl_share": "KL share of the loss, validation faces",
    "kl_share_above_floor": "KL share of the reducible loss, validation faces",
}
_NO_VALUE = "\N{EN DASH}"
_DIMENSION_COLUMNS = {
    "kl_nats": "dimension_kl_nats",
    "mean": "dimension_mean",
    "std": "dimension_std",
}
_IN_USE = {"True": "yes", "False": "no"}
_NUM_SHOWN = 256


def reconstruction_table(test: Document) -> Table:
    """Return the table about reconstructions from the posterior mean and from a sampled z.

    Args:
        test: the numbers of evaluate_vae.

    Raises:
        DataError: a number is missing.
    """
    sampled = test.part("sampled")
    real = glossary.term("sharpness").text(test.number("sharpness_originals"))
    notes = {"sharpness": f"The original faces have {real}."}
    return Table(
        key="reconstruction-numbers",
        caption=f"Reconstructions of {content.count(test.number('num_test'))} test faces",
        corner=Head("Number"),
        columns=[content.head("posterior_mean"), content.head("sampled")],
        rows=[
            Row(
                content.head(name, note=notes.get(name, "")),
                content.cells(_text(test, name), _text(sampled, name)),
            )
            for name in _RECONSTRUCTION_NUMBERS
        ],
    )


def _text(document: Document, name: str, key: str = "") -> str:
    """Format a number as the term `name` specifies; `key` is its key in the file, if different."""
    return glossary.term(name).text(document.number(key or name))


def latent_table(training: Document, test: Document) -> Table:
    """Return the table about latent points of test faces, including the values for the prior.

    Args:
        training: the numbers of train_vae.
        test: the numbers of evaluate_vae.

    Raises:
        DataError: a number is missing.
    """
    latent_dim = training.number("latent_dim")
    radius = f"{_text(test, 'radius_mean')} \N{PLUS-MINUS SIGN} {test.number('radius_std'):.2f}"
    values = {
        **{
            name: (_text(test, name), glossary.term(name).text(0.0))
            for name in ("kl_nats", "kl_nats_of_means", "kl_nats_of_variances")
        },
        **{name: (_text(training, name, f"val_{name}"), _NO_VALUE) for name in _OF_VALIDATION},
        **{
            name: (f"{test.number(name):.0f} of {latent_dim:.0f}", _NO_VALUE)
            for name in ("num_dimensions_used", "num_dimensions_90")
        },
        "radius_mean": (radius, _text(test, "radius_mean", "radius_prior")),
        **{
            name: (_text(test, name), glossary.term(name).text(prior))
            for name, prior in _MOMENTS.items()
        },
        "mmd_prior": (_text(test, "mmd_prior"), _text(test, "mmd_prior", "mmd_floor")),
    }
    return Table(
        key="latent-numbers",
        caption="Latent points of test faces and of the prior",
        corner=Head("Number"),
        columns=[Head("Test faces"), Head("Random points, N(0, I)")],
        rows=[
            Row(content.head(name, label=_OF_VALIDATION.get(name, "")), content.cells(*texts))
            for name, texts in values.items()
        ],
    )


def attribute_table(test: Document) -> Table | None:
    """Return the table of attributes, or None if the faces have no attributes.

    Args:
        test: the numbers of evaluate_vae.

    Raises:
        DataError: a number is missing.
    """
    attributes = test.part("attributes")
    parts = {name: attributes.part(name) for name in attributes.values}
    if not parts:
        return None
    d_primes = {name: _d_prime(part) for name, part in parts.items()}
    columns = {"num_with": "attribute_num_with", "length": "attribute_length"}
    rows = {
        name: [
            *(_text(parts[name], term, key) for key, term in columns.items()),
            _NO_VALUE if d_prime is None else glossary.term("d_prime").text(d_prime),
        ]
        for name, d_prime in d_primes.items()
    }

    def place(name: str) -> float:
        d_prime = d_primes[name]
        return math.inf if d_prime is None else -d_prime

    return Table(
        key="attributes",
        caption="Attributes, clearest first",
        corner=Head("Attribute"),
        columns=[content.head(name) for name in (*columns.values(), "d_prime")],
        rows=[Row(Head(name), content.cells(*rows[name])) for name in sorted(rows, key=place)],
    )


def _d_prime(attribute: Document) -> float | None:
    """Return the d' of an attribute; None if the test faces do not determine it."""
    return None if attribute.values.get("d_prime", 0) is None else attribute.number("d_prime")


@dataclass(frozen=True)
class Dimensions:
    """The latent dimensions, sorted by decreasing KL.

    Attributes:
        table: one row per dimension.
        num_left_out: number of dimensions that are not in the table.
    """

    table: Table
    num_left_out: int


def read_dimensions(path: Path) -> Dimensions:
    """Read the table of latent dimensions.

    Args:
        path: dimensions.csv of evaluate_vae.

    Raises:
        DataError: the file is missing or damaged.
    """
    rows = inputs.read_rows(path, ["dimension", *_DIMENSION_COLUMNS, "is_used"])
    rows.sort(key=lambda row: -inputs.to_number(path, "kl_nats", row["kl_nats"]))
    shown = rows[:_NUM_SHOWN]
    names = [*_DIMENSION_COLUMNS.values(), "is_used"]
    table = Table(
        key="dimensions",
        caption=(
            f"The {len(shown)} dimensions with the largest KL"
            if len(shown) < len(rows)
            else "All dimensions, largest KL first"
        ),
        corner=Head("Dimension"),
        columns=[content.head(name) for name in names],
        rows=[_dimension_row(path, row) for row in shown],
    )
    return Dimensions(table, num_left_out=len(rows) - len(shown))


def _dimension_row(path: Path, row: Mapping[str, str]) -> Row:
    if row["is_used"] not in _IN_USE:
        raise DataError(
            f"{path}: is_used: found {row['is_used']!r}, expected True or False; rerun the "
            "stage that writes this file"
        )
    numbers = [
        glossary.term(name).text(inputs.to_number(path, column, row[column]))
        for column, name in _DIMENSION_COLUMNS.items()
    ]
    return Row(Head(row["dimension"]), content.cells(*numbers, _IN_USE[row["is_used"]]))
