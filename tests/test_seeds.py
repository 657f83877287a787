"""The random streams, which must never change, because no stage depends on their file."""

import inspect
import re
from pathlib import Path

import pytest

from latentmaps import seeds

# the first uniform number of each stream for seed 7 and items 5, 3, 2; the last seed of `kernels`
FIRST = {
    "attribute_faces": 0.9621348536519586,
    "avatar": 0.019002501051586518,
    "component": 0.6802182325225896,
    "digit_order": 0.019002501051586518,
    "export_check": 0.3167055798682714,
    "film_point": 0.6855141465213508,
    "fluctuation": 0.15216291937102056,
    "held_out_digits": 0.04287569922314871,
    "image_pair": 0.2534181539869691,
    "jitter": 0.7257379847251288,
    "kernels": 1732601695.0,
    "oip_start": 0.42255534153435614,
    "posterior_point": 0.5862647509139335,
    "prior_point": 0.019002501051586518,
    "random_digits": 0.4588699184629932,
    "source_rows": 0.3063046070659432,
    "split": 0.625095466604667,
    "start_candidate": 0.1959656311478375,
    "subset": 0.6772747878558643,
    "tuning_image": 0.10562941503588419,
}


def streams() -> set[str]:
    return {name for name, _ in inspect.getmembers(seeds, inspect.isfunction)} - {"face_order"}


def first_number(name: str) -> float:
    function = getattr(seeds, name)
    items = [5, 3, 2][: len(inspect.signature(function).parameters) - 1]
    stream = function(7, *items)
    return float(stream[-1] if isinstance(stream, list) else stream.random())


@pytest.mark.parametrize("name", FIRST)
def test_a_stream_has_not_changed(name: str) -> None:
    assert first_number(name) == FIRST[name]


def test_every_stream_is_pinned() -> None:
    assert streams() == FIRST.keys()


def test_items_of_a_stream_differ() -> None:
    assert len({seeds.prior_point(7, index).random() for index in range(50)}) == 50


@pytest.mark.parametrize(
    "names",
    [
        (
            "prior_point",
            "component",
            "posterior_point",
            "image_pair",
            "attribute_faces",
            "subset",
            "film_point",
        ),
        ("digit_order", "held_out_digits"),
        ("oip_start", "start_candidate", "jitter", "fluctuation", "random_digits", "tuning_image"),
    ],
)
def test_streams_that_affect_the_same_result_differ(names: tuple[str, ...]) -> None:
    assert len({FIRST[name] for name in names}) == len(names)


def test_streams_of_a_training_have_not_changed() -> None:
    """TensorFlow generates the numbers; the tests of the batches pin them."""
    assert (seeds.NOISE, seeds.CORRUPTION, seeds.VALIDATION) == (1, 2, 4)
    assert seeds.face_order(7, 3) == [7, 3, 0]


# modules in which a library uses the plain seed
LIBRARIES = {"vae/training/vae_training.py": "set_random_seed("}


def test_random_numbers_come_from_named_streams(root: Path) -> None:
    makers = re.compile(
        r"(?:default_rng|RandomState|SeedSequence|MT19937|fold_in|random_index_shuffle"
        r"|set_random_seed)\(|random_state="
    )
    found = {}
    for file in [*(root / "src/latentmaps").rglob("*.py"), *(root / "stages").glob("*.py")]:
        calls = set(makers.findall(file.read_text(encoding="utf-8")))
        if calls and file.name not in ("seeds.py", "batches.py"):
            found[file.relative_to(root / "src/latentmaps").as_posix()] = "".join(calls)
    assert found == LIBRARIES
