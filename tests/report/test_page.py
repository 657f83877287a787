"""The page shows everything, needs nothing from outside, and repeats byte for byte."""

import dataclasses
import itertools
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from latentmaps.errors import DataError
from latentmaps.report import inputs, page

if TYPE_CHECKING:
    from tests.report.conftest import Example

VOID = {"meta", "link", "img", "input", "br"}


class Outline(HTMLParser):
    """Collects the elements of a page, and which were left open or closed twice."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def attributes(self, name: str, *tags: str) -> list[str]:
        """Gives all values of an attribute, of all elements or of those named."""
        found = [values.get(name) for tag, values in self.elements if not tags or tag in tags]
        return [value for value in found if value is not None]


# the page of each layer, which draw_oips writes
BESIDE = {f"draw_oips/{layer}.html" for layer in ("Conv2D_1", "Conv2D_2")}


def test_the_page_of_each_layer_is_linked(rendered: str) -> None:
    assert set(Outline(rendered).attributes("href", "a")) >= BESIDE


def test_mistaken_digits_are_counted(rendered: str) -> None:
    assert "read wrongly:\n1; most often a 4 read as a 9 (1)." in rendered


def test_every_sheet_of_every_stage_is_on_the_page(pristine: "Example", rendered: str) -> None:
    pictures = sorted(pristine.folder.rglob("*.png"))
    sources = Outline(rendered).attributes("src", "img")
    assert len(pictures) == 9
    assert sorted(sources) == sorted(inputs.read_picture(path).data_url for path in pictures)


def test_every_picture_has_its_size_and_says_what_it_shows(rendered: str) -> None:
    outline = Outline(rendered)
    for name in ("alt", "width", "height"):
        assert len([value for value in outline.attributes(name, "img") if value]) == 9


def test_every_curve_is_on_the_page(rendered: str) -> None:
    labels = Outline(rendered).attributes("aria-label", "svg")
    assert labels == [
        "Total loss",
        "Reconstruction loss",
        "KL loss, times fact",
        "Accuracy",
        "Loss",
    ]


def test_nothing_is_loaded_from_outside(rendered: str) -> None:
    text = rendered
    outline = Outline(text)
    links = [*outline.attributes("href"), *outline.attributes("src"), *outline.attributes("action")]
    links += [*outline.attributes("xlink:href"), *outline.attributes("srcset")]
    assert links
    inside = [link for link in links if link not in BESIDE]
    assert all(link.startswith(("#", "data:")) for link in inside)
    assert all(match.startswith("#") for match in re.findall(r"url\(([^)]*)\)", text))
    assert "@import" not in text
    assert not {"script", "iframe", "object", "embed", "base"} & {
        tag for tag, _ in outline.elements
    }


def test_elements_are_nested_and_ids_unique_and_links_lead_somewhere(rendered: str) -> None:
    outline = Outline(rendered)
    ids = outline.attributes("id")
    assert outline.faults == outline.open == []
    assert len(ids) == len(set(ids))
    targets = {link.removeprefix("#") for link in outline.attributes("href", "a")} - BESIDE
    assert targets | set(outline.attributes("for")) <= set(ids)


def test_headings_descend_one_level_at_a_time(rendered: str) -> None:
    tags = [tag for tag, _ in Outline(rendered).elements]
    levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_equal_results_give_an_equal_page_that_names_no_folder(
    pristine: "Example", example: "Example", rendered: str
) -> None:
    assert example.render() == rendered  # the same results in another folder
    assert str(pristine.folder) not in rendered


@pytest.mark.parametrize(
    "shown",
    ["19.87 dB", "24.31 nats", "41 of 256", "97.85 %", "8 of 10", "beta 15", "2.21.0", "3.15.1"],
)
def test_key_numbers_are_shown(rendered: str, shown: str) -> None:
    assert shown in rendered


def test_a_layer_shows_its_counts_its_median_and_the_command_that_redraws_it(rendered: str) -> None:
    assert "4 alive, 1 rescued, 1 dead; median ratio to the strongest real digit: 3.50" in rendered
    assert "dvc repro --force --single-item draw_oips@Conv2D_2" in rendered


def test_a_layer_without_a_living_map_has_no_median(example: "Example") -> None:
    table = example.folder / "draw_oips/Conv2D_1.csv"
    header, *_, dead = table.read_text(encoding="utf-8").splitlines()
    table.write_text(f"{header}\n{dead}\n", encoding="utf-8")
    assert "0 alive, 0 rescued, 1 dead; median ratio to the strongest real digit: none" in (
        example.render()
    )


def test_words_from_files_are_escaped(example: "Example") -> None:
    example.change("receipt.json", source="<script>alert(1)</script>", licence='"&<b>')
    words = {"title": "<img src=x onerror=y>", "caption": "\" onload='z'"}
    example.change("draw_samples/sheets.json", prior=words)
    text = example.render()
    assert "&lt;script&gt;alert(1)" in text
    tags = {tag for tag, _ in Outline(text).elements}
    assert "script" not in tags
    assert not Outline(text).attributes("onerror") + Outline(text).attributes("onload")


def test_parameters_are_listed_without_what_belongs_to_the_machine(example: "Example") -> None:
    @dataclasses.dataclass(frozen=True)
    class Fetch:
        path: str = "/home/someone/pictures"
        num_faces: int | None = None
        layers: tuple[str, ...] = ("Conv2D_1", "Conv2D_2")
        is_mirrored: bool = True

    text = example.render(fetch_faces=Fetch(), machine=Fetch())
    rows = re.findall(r"<code>(\w+\.\w+)</code></th><td><code>([^<]*)</code>", text)
    assert rows == [
        ("fetch_faces.path", "(a local folder)"),
        ("fetch_faces.num_faces", "null"),
        ("fetch_faces.layers", "[Conv2D_1, Conv2D_2]"),
        ("fetch_faces.is_mirrored", "true"),
    ]


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("train_vae/metrics.json", {"fact": None}, "metrics.json: has no 'fact'"),
        ("evaluate_vae.json", {"ssim": "high"}, "ssim: found 'high', expected a number"),
        ("train_cnn/metrics.json", {"test_accuracy": None}, "has no 'test_accuracy'"),
        ("receipt.json", {"licence": 3}, "licence: found 3, expected a text"),
        ("draw_samples/sheets.json", {"prior": {"title": "t"}}, "has no 'caption'"),
        ("draw_samples/sheets.json", {"extra": {"title": "", "caption": ""}}, "extra.png: no such"),
    ],
)
def test_a_missing_or_wrong_value_stops_with_its_file(
    example: "Example", name: str, values: dict[str, Any], message: str
) -> None:
    path = example.change(name, **values)
    with pytest.raises(DataError, match=re.escape(message)) as caught:
        example.render()
    assert str(path.parent) in str(caught.value)


def test_an_unknown_status_of_a_feature_map_is_refused(example: "Example") -> None:
    table = example.folder / "draw_oips/Conv2D_1.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("rescued,", "asleep,"))
    with pytest.raises(DataError, match=r"status: found 'asleep', expected one of alive, rescued"):
        example.render()


def test_an_extra_number_changes_nothing(example: "Example", rendered: str) -> None:
    example.change("evaluate_vae.json", something_new=1.0)
    assert example.render() == rendered


def test_the_written_file_is_the_page(rendered: str, tmp_path: Path) -> None:
    page.write(rendered, tmp_path / "index.html")
    assert (tmp_path / "index.html").read_bytes() == rendered.encode("utf-8")
