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


def test_every_sheet_of_every_stage_is_on_the_page(pristine: "Example", rendered: str) -> None:
    pictures = sorted(pristine.folder.rglob("*.png"))
    sources = Outline(rendered).attributes("src", "img")
    assert len(pictures) == 17
    assert sorted(sources) == sorted(inputs.read_picture(path).data_url for path in pictures)


def test_every_picture_has_its_size_and_says_what_it_shows(rendered: str) -> None:
    outline = Outline(rendered)
    for name in ("alt", "width", "height"):
        assert len([value for value in outline.attributes(name, "img") if value]) == 17


def test_every_curve_is_on_the_page(rendered: str) -> None:
    labels = Outline(rendered).attributes("aria-label", "svg")
    titles = ["Total loss", "Reconstruction loss", "KL loss, times fact", "Accuracy", "Loss"]
    assert [label.partition(".")[0] for label in labels] == titles


def test_a_curve_says_where_it_begins_and_ends(rendered: str) -> None:
    [label, *_] = Outline(rendered).attributes("aria-label", "svg")
    assert label == (
        "Total loss. Training: from 100 after epoch 1 to 33 after epoch 3. "
        "Validation: from 103 after epoch 1 to 36 after epoch 3."
    )


def test_every_figure_tells_the_command_that_redraws_it(rendered: str) -> None:
    figures = re.findall(r"<figure.*?</figure>", rendered, flags=re.DOTALL)
    commands = [
        re.search(r"Redraw: <code>dvc repro --force --single-item (\S+)</code>", figure)
        for figure in figures
    ]
    assert len(figures) == 22
    assert None not in commands
    stages = [command[1] for command in commands if command]
    assert stages[:7] == ["draw_samples"] * 7
    assert stages.count("build_report") == 5  # it draws the curves; train_vae would train again


def test_a_processed_sheet_is_folded_away_below_its_own(rendered: str) -> None:
    folded = re.findall(r'<details class="processed">.*?</details>', rendered, flags=re.DOTALL)
    keys = [re.findall(r'<figure class="[^"]*" id="([^"]*)"', part) for part in folded]
    assert keys == [[f"draw-samples-{key}-processed"] for key in ("prior", "gaussian", "mixture")]
    order = Outline(rendered).attributes("id", "figure")
    assert order.index("draw-samples-prior-processed") == order.index("draw-samples-prior") + 1
    assert order.index("draw-samples-temperatures") == order.index("draw-samples-prior") + 6


def test_what_a_stage_says_of_missing_attributes_is_shown(example: "Example") -> None:
    words = {"title": "The plane", "caption": "There are no attributes, so no colours."}
    example.change("draw_latent_space/sheets.json", projection=words)
    text = example.render()
    assert 'alt="The plane. There are no attributes, so no colours."' in text
    # beside the chart, too: its own picture holds no caption
    assert '<p class="words"><b>The plane.</b> There are no attributes' in text


def test_every_explanation_belongs_to_one_button_and_follows_it(rendered: str) -> None:
    elements = Outline(rendered).elements
    buttons = [(i, values) for i, (tag, values) in enumerate(elements) if tag == "button"]
    assert len(buttons) > 60
    for i, button in buttons:
        tag, popover = elements[i + 1]
        assert (tag, "popover" in popover) == ("span", True)
        targets = {button[name] for name in ("popovertarget", "interestfor", "aria-describedby")}
        assert targets == {popover["id"]}


@pytest.mark.parametrize(
    ("table", "num_rows", "num_unexplained"),
    [("numbers", 19, 6), ("samplers", 7, 2), ("dimensions", 20, 22)],
)
def test_every_number_in_a_table_is_explained(
    rendered: str, table: str, num_rows: int, num_unexplained: int
) -> None:
    bodies = re.findall(f'<table class="{table}">.*?</table>', rendered, flags=re.DOTALL)
    heads = [head for body in bodies for head in re.findall(r"<th .*?</th>", body, re.DOTALL)]
    rows = [head for head in heads if 'scope="row"' in head]
    assert len(rows) == num_rows
    # what a table is about, its plain columns, and the numbers of dimensions
    assert len([head for head in heads if "popovertarget" not in head]) == num_unexplained


def test_every_explanation_stands_in_the_glossary(rendered: str) -> None:
    glossary = rendered[rendered.index('<section id="glossary"') :]
    popovers = re.findall(r'<span class="about"[^>]*>(.*?)</span>', rendered)
    assert len(popovers) > 60
    assert all(f"<dd>{words}</dd>" in glossary for words in popovers)


def test_every_table_has_a_caption_and_heads_with_a_scope(rendered: str) -> None:
    outline = Outline(rendered)
    tags = [tag for tag, _ in outline.elements]
    assert tags.count("caption") == tags.count("table") == 9
    assert len(outline.attributes("scope", "th")) == tags.count("th")


def test_the_navigation_leads_to_every_section_and_heading_below_it(rendered: str) -> None:
    outline = Outline(rendered)
    [contents] = re.findall(r'<nav class="contents".*?</nav>', rendered, flags=re.DOTALL)
    links = [link.removeprefix("#") for link in Outline(contents).attributes("href", "a")]
    assert set(outline.attributes("id", "section")) < set(links)
    sections = {"faces", "digits"}
    for section in sections:
        part = rendered[rendered.index(f'<section id="{section}"') :].partition("</section>")[0]
        assert set(Outline(part).attributes("id", "h3")) < set(links)


@pytest.mark.parametrize(
    ("source", "notice"),
    [
        ("avatars", None),
        ("celeba", "must stay on this machine: do not publish it, send it or commit it."),
        ("folder", "These are your own pictures, and this page shows some of them. Whose faces"),
        ("another", "Whose faces are they?"),
    ],
)
def test_pictures_of_real_persons_come_with_a_notice(
    example: "Example", source: str, notice: str | None
) -> None:
    example.change("receipt.json", source=source)
    text = example.render()
    assert ('<p class="notice" role="note">' in text) == (notice is not None)
    if notice:
        assert text.count(notice) == 2  # on top, and under Licence


@pytest.mark.parametrize(
    "command",
    [
        "dvc exp run --queue -S train_vae.fact=0.5,1.5,3.0,5.0,10.0",
        "dvc queue start",
        "latentmaps compare",
        "dvc exp run -S profiles.sample.train_vae.epochs=30",
    ],
)
def test_the_page_tells_how_to_vary_the_run(rendered: str, command: str) -> None:
    assert f'<code class="command">{command}</code>' in rendered


def test_nothing_is_loaded_from_outside(rendered: str) -> None:
    text = rendered
    outline = Outline(text)
    links = [*outline.attributes("href"), *outline.attributes("src"), *outline.attributes("action")]
    links += [*outline.attributes("xlink:href"), *outline.attributes("srcset")]
    assert links
    assert all(link.startswith(("#", "data:")) for link in links)
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
    targets = {link.removeprefix("#") for link in outline.attributes("href", "a")}
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
        ("evaluate_vae/metrics.json", {"ssim": "high"}, "ssim: found 'high', expected a number"),
        ("evaluate_vae/metrics.json", {"sampled": None}, "has no 'sampled'"),
        ("evaluate_vae/metrics.json", {"z_std_max": None}, "has no 'z_std_max'"),
        ("evaluate_vae/metrics.json", {"samples": None}, "has no 'samples'"),
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
    table.write_text(table.read_text(encoding="utf-8").replace("rescued", "asleep"))
    with pytest.raises(DataError, match=r"status: found 'asleep', expected one of alive, rescued"):
        example.render()


def test_an_extra_number_changes_nothing(example: "Example", rendered: str) -> None:
    example.change("evaluate_vae/metrics.json", something_new=1.0)
    assert example.render() == rendered


def test_the_written_file_is_the_page(rendered: str, tmp_path: Path) -> None:
    page.write(rendered, tmp_path / "index.html")
    assert (tmp_path / "index.html").read_bytes() == rendered.encode("utf-8")
