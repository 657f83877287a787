"""A run that can be compared with the source is drawn next to it, and no other run is."""

import dataclasses
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.report.page_outline import Outline

from latentmaps.report import yardsticks

if TYPE_CHECKING:
    from tests.report.fake_results import Example


@dataclasses.dataclass(frozen=True)
class Values:
    """Stands for the sections train_vae and crop_faces of a run on CelebA."""

    reconstruction_loss: str = "bce"
    fact: float = 5.0
    image_size: int = 96
    num_channels: int = 3


def _sections(**changes: Any) -> dict[str, Any]:
    values = dataclasses.replace(Values(), **changes)
    return {"train_vae": values, "crop_faces": values}


def test_a_run_of_the_source_is_comparable() -> None:
    assert set(yardsticks.for_run("celeba", _sections())) == {"total_loss", "kl_loss"}


@pytest.mark.parametrize("profile", ["sample", "own", "mine"])
def test_other_faces_have_no_yardstick(profile: str) -> None:
    assert yardsticks.for_run(profile, _sections()) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [("reconstruction_loss", "mse"), ("fact", 3.0), ("image_size", 64), ("num_channels", 1)],
)
def test_losses_of_another_scale_have_no_yardstick(name: str, value: Any) -> None:
    assert yardsticks.for_run("celeba", _sections(**{name: value})) == {}


@pytest.mark.parametrize("name", ["total_loss", "kl_loss"])
def test_the_words_of_a_yardstick_give_its_levels(name: str) -> None:
    yardstick = yardsticks.SOURCE[name]
    numbers = re.findall(r"\d[\d,]*\d", yardstick.words)
    assert [float(number.replace(",", "")) for number in numbers] == [
        yardstick.start,
        yardstick.end,
    ]


def test_the_documentation_has_the_same_values(root: Path) -> None:
    rows = (root / "docs/training.md").read_text(encoding="utf-8").splitlines()
    for name, yardstick in yardsticks.SOURCE.items():
        assert any(row.startswith(f"| `{name}`") and yardstick.words in row for row in rows)


def test_a_yardstick_is_two_levels_over_all_epochs_with_one_label() -> None:
    lines = yardsticks.SOURCE["kl_loss"].lines([1.0, 2.0, 3.0])
    assert [line.points for line in lines] == [
        [(1.0, 30.0), (3.0, 30.0)],
        [(1.0, 176.0), (3.0, 176.0)],
    ]
    assert [line.label for line in lines] == ["source: start and end", ""]
    assert all(line.is_floor for line in lines)


@pytest.mark.slow
def test_the_page_of_celeba_shows_the_values_of_the_source(
    pristine: "Example", rendered: str
) -> None:
    text = pristine.render(profile="celeba", **_sections())
    labels = Outline(text).attributes("aria-label", "svg")
    texts = [label.partition("The source of the method: ")[2] for label in labels]
    assert texts == [
        "from above 6,900 to about 5,100.",
        "",
        "from about 30 to 176, then nearly constant, with batch_norm: frozen.",
        "",
        "",
    ]
    assert text.count(">source: start and end</text>") == 2
    assert "source: start and end" not in rendered


@pytest.mark.slow
def test_after_a_single_epoch_the_levels_are_still_drawn(example: "Example") -> None:
    history = example.folder / "train_vae/history.csv"
    first = history.read_text(encoding="utf-8").splitlines()[:2]
    history.write_text("\n".join(first), encoding="utf-8")
    assert (
        example.render(profile="celeba", **_sections()).count(">source: start and end</text>") == 2
    )
