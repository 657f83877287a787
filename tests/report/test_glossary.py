"""Every number has a plain explanation, and the best value is found in every direction."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.report import fake_numbers

from latentmaps.report import glossary, samplers
from latentmaps.report.glossary import Better, Term
from latentmaps.vae.latent.samplers import NOT_FITTED, SAMPLERS

DOCUMENTATION = Path(__file__).parents[2] / "docs/evaluation.md"
ALL = [term for terms in glossary.groups().values() for term in terms]


def _term(better: Better, *, format: str = ".2f") -> Term:  # noqa: A002
    return Term("name", "Label", "What it is.", better, format=format)


@pytest.mark.parametrize("term", ALL, ids=lambda term: term.name)
def test_a_term_is_explained_in_whole_sentences(term: Term) -> None:
    assert term.label.strip() == term.label != ""
    assert term.meaning[0].isupper() or term.meaning.startswith(("alive", "pixels"))
    assert term.meaning.endswith(".")
    assert 15 < len(term.meaning) < 300
    assert format(1.0, term.format)


def test_names_are_unique() -> None:
    names = [term.name for term in ALL]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "name",
    [
        *fake_numbers.EVALUATE_VAE["sampled"],
        *fake_numbers.FEATURES,
        "diversity",
        "kl_nats",
        "z_std_max",
    ],
)
def test_a_number_of_evaluate_vae_has_words(name: str) -> None:
    assert glossary.term(name).name == name


@pytest.mark.parametrize("name", ["val_reconstruction_loss", "val_kl_nats", "val_kl_share"])
def test_a_number_of_the_validation_part_shares_its_words(name: str) -> None:
    assert glossary.term(name).name == name.removeprefix("val_")


def test_a_separate_term_takes_precedence_over_a_shared_one() -> None:
    assert glossary.term("val_accuracy").label == "Validation accuracy"


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(KeyError, match="nonsense"):
        glossary.term("nonsense")


@pytest.mark.parametrize(
    ("better", "best"), [(Better.HIGHER, "c"), (Better.LOWER, "a"), (Better.REAL, "b")]
)
def test_the_best_value_depends_on_the_direction(better: Better, best: str) -> None:
    values = {"a": 1.0, "b": 2.0, "c": 3.0}
    assert _term(better).best(values, real=2.2) == {best}


def test_values_that_read_the_same_are_equally_good() -> None:
    values = {"a": 1.001, "b": 1.002, "c": 1.2}
    assert _term(Better.LOWER).best(values) == {"a", "b"}
    assert _term(Better.LOWER, format=".3f").best(values) == {"a"}


def test_nothing_is_best_without_a_direction_values_or_real_faces() -> None:
    assert _term(Better.NONE).best({"a": 1.0}) == set()
    assert _term(Better.HIGHER).best({}) == set()
    assert _term(Better.REAL).best({"a": 1.0}) == set()


def test_every_measured_sampler_has_a_name_for_sentences() -> None:
    measured = fake_numbers.EVALUATE_VAE["samples"].keys() - {"real"}
    samplers = glossary.samplers()
    assert measured == {f"{name}{suffix}" for name in samplers for suffix in ("", "_cool")}
    assert all(term.sampler.lower() == term.label.lower() for term in samplers.values())
    assert [name for name, term in samplers.items() if not term.is_fitted] == ["prior"]


def test_the_direction_ends_the_explanation() -> None:
    assert _term(Better.LOWER).explanation == "What it is. Lower is better."
    assert _term(Better.REAL).explanation == "What it is. Closest to real faces is best."
    assert _term(Better.NONE).explanation == "What it is."


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("psnr_db", 19.871, "19.87 dB"),
        ("kl_share", 0.0221, "2.21%"),
        ("kl_share_above_floor", 0.3101, "31%"),
        ("total_loss", 5413.57, "5,414"),
        ("mse", 0.01234, "0.01234"),
    ],
)
def test_a_value_is_shown_with_its_unit(name: str, value: float, text: str) -> None:
    assert glossary.term(name).text(value) == text


def _documented() -> Iterator[tuple[str, str]]:
    """Yield names and directions from the tables of docs/evaluation.md with a column "better".

    A row has one direction for all of its names, or one per name, separated by semicolons.
    """
    for table in DOCUMENTATION.read_text(encoding="utf-8").split("\n\n"):
        if not table.startswith("| name | meaning | better |"):
            continue
        for row in table.splitlines()[2:]:
            names, _, better = (cell.strip() for cell in row.strip("|").split("|"))
            row_names = re.findall(r"`(\w+)`", names)
            directions = better.split("; ") if len(row_names) > 1 else [better]
            if len(directions) == 1:
                directions *= len(row_names)
            yield from zip(row_names, directions, strict=True)


_WORDS = {
    "lower": Better.LOWER, "higher": Better.HIGHER, "near": Better.REAL, "neither": Better.NONE,
}  # fmt: skip


@pytest.mark.parametrize(("name", "direction"), list(_documented()))
def test_page_and_documentation_say_the_same_is_better(name: str, direction: str) -> None:
    if name != "sharpness_originals":  # the reference of the others
        assert glossary.term(name).better is _WORDS[re.findall(r"\w+", direction)[0]]


def test_the_documentation_names_every_number_on_random_faces() -> None:
    assert {*fake_numbers.FEATURES, "sharpness", "diversity"} <= {name for name, _ in _documented()}


def test_the_glossary_has_every_sampler_in_the_order_of_the_registry() -> None:
    assert list(glossary.samplers()) == list(SAMPLERS)
    assert samplers.NOT_FITTED == NOT_FITTED
    is_fitted = {name: bool(kind.axes) for name, kind in SAMPLERS.items()}
    assert {name: term.is_fitted for name, term in glossary.samplers().items()} == is_fitted
