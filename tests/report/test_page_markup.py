"""The page is well formed, needs nothing from outside, and can be read without seeing it."""

import itertools
import re
from typing import TYPE_CHECKING

import pytest
from tests.report.fake_numbers import (
    LAYERS,
    NUM_CHARTS,
    NUM_OIPS,
    NUM_PATTERNS,
    NUM_SHEETS,
    PATTERNS,
    SHEETS,
)
from tests.report.page_outline import BESIDE, Outline

from latentmaps.pages import html_page
from latentmaps.report import glossary

if TYPE_CHECKING:
    from tests.report.fake_results import Example


def test_every_picture_has_its_size_and_says_what_it_shows(rendered: str) -> None:
    outline = Outline(rendered)
    pictures = [values for tag, values in outline.elements if tag == "img"]
    assert all({"alt", "width", "height"} <= values.keys() for values in pictures)
    # charts and linked tiles are described one by one, other tiles as a group
    texts = [values["alt"] for values in pictures if values["alt"]]
    assert len(texts) == NUM_CHARTS + NUM_OIPS + NUM_PATTERNS
    groups = [
        values["aria-label"]
        for tag, values in outline.elements
        if values.get("role") == "img" and tag == "div"
    ]
    assert len(groups) == NUM_SHEETS
    assert all(words and words.endswith("What each tile is, and a number.") for words in groups)


def test_every_figure_has_the_command_that_redraws_it(rendered: str) -> None:
    figures = re.findall(r"<figure.*?</figure>", rendered, flags=re.DOTALL)
    commands = [
        re.search(r"draw it again: <code>dvc repro --force --single-item (\S+)</code>", figure)
        for figure in figures
        if 'class="curve"' not in figure  # build_report draws them each time
    ]
    assert len(commands) == NUM_SHEETS + NUM_CHARTS + len(LAYERS) + len(PATTERNS) + 1
    assert None not in commands
    stages = [command[1] for command in commands if command]
    num_samples = len(SHEETS["draw_samples"])
    assert stages[:num_samples] == ["draw_samples"] * num_samples
    assert {stage: stages.count(stage) for stage in SHEETS} == {
        stage: len(titles) + (stage == "draw_reconstructions")  # the film
        for stage, titles in SHEETS.items()
    }


def test_a_processed_sheet_is_folded_below_the_original(rendered: str) -> None:
    folded = re.findall(r'<details class="processed">.*?</details>', rendered, flags=re.DOTALL)
    keys = [re.findall(r'<figure class="[^"]*" id="([^"]*)"', part) for part in folded]
    assert keys == [[f"draw-samples-{key}-processed"] for key in glossary.samplers()]
    order = Outline(rendered).attributes("id", "figure")
    assert order.index("draw-samples-prior-processed") == order.index("draw-samples-prior") + 1
    assert order.index("draw-samples-temperatures") == (
        order.index("draw-samples-prior") + 2 * len(glossary.samplers())
    )


def test_every_explanation_belongs_to_one_button_and_follows_it(rendered: str) -> None:
    elements = Outline(rendered).elements
    buttons = [
        (i, values)
        for i, (tag, values) in enumerate(elements)
        if tag == "button" and values["class"] != "film-play"
    ]
    assert len(buttons) > 60
    for i, button in buttons:
        tag, popover = elements[i + 1]
        assert (tag, "popover" in popover) == ("span", True)
        targets = {button[name] for name in ("popovertarget", "interestfor", "aria-describedby")}
        assert targets == {popover["id"]}


@pytest.mark.parametrize(
    ("table", "num_rows", "num_unexplained"),
    [
        ("numbers", 23, 6),
        ("samplers", 1 + 2 * len(glossary.samplers()), 2),
        ("dimensions", 20, 21),
        ("attributes", 3, 4),
        ("layers", 5, 14),
    ],
)
def test_every_number_in_a_table_is_explained(
    rendered: str, table: str, num_rows: int, num_unexplained: int
) -> None:
    bodies = re.findall(f'<table class="{table}">.*?</table>', rendered, flags=re.DOTALL)
    heads = [head for body in bodies for head in re.findall(r"<th .*?</th>", body, re.DOTALL)]
    rows = [head for head in heads if 'scope="row"' in head]
    assert len(rows) == num_rows
    # corner headers, columns without a term, and the indices of dimensions
    assert len([head for head in heads if "popovertarget" not in head]) == num_unexplained


def test_every_explanation_is_in_the_glossary(rendered: str) -> None:
    glossary = rendered[rendered.index('<section id="glossary"') :]
    popovers = re.findall(r'<span class="about"[^>]*>(.*?)</span>', rendered)
    assert len(popovers) > 60
    assert all(f"<dd>{words}</dd>" in glossary for words in popovers)


def test_every_table_has_a_caption_and_heads_with_a_scope(rendered: str) -> None:
    outline = Outline(rendered)
    tags = [tag for tag, _ in outline.elements]
    assert tags.count("caption") == tags.count("table") == 13
    assert len(outline.attributes("scope", "th")) == tags.count("th")


@pytest.mark.slow
def test_the_navigation_leads_to_every_section_and_heading_below_it(rendered: str) -> None:
    outline = Outline(rendered)
    [contents] = re.findall(r'<nav class="contents".*?</nav>', rendered, flags=re.DOTALL)
    links = [link.removeprefix("#") for link in Outline(contents).attributes("href", "a")]
    assert set(outline.attributes("id", "section")) < set(links)
    for link, words in re.findall(r'href="#([^"]+)">([^<]+)</a>', contents):
        [heading] = re.findall(rf'<h[23] id="{link}(?:-title)?">([^<]+)</h', rendered)
        assert words == heading
    sections = {"faces", "digits"}
    for section in sections:
        part = rendered[rendered.index(f'<section id="{section}"') :].partition("</section>")[0]
        assert set(Outline(part).attributes("id", "h3")) < set(links)


def test_nothing_is_loaded_from_outside(rendered: str) -> None:
    text = rendered
    outline = Outline(text)
    links = [*outline.attributes("href"), *outline.attributes("src"), *outline.attributes("action")]
    links += [*outline.attributes("xlink:href"), *outline.attributes("srcset")]
    assert links
    inside = [link for link in links if link.partition("#")[0] not in BESIDE]
    assert all(link.startswith(("#", "data:")) for link in inside)
    assert all(match.startswith("#") for match in re.findall(r"url\(([^)]*)\)", text))
    assert "@import" not in text
    tags = [tag for tag, _ in outline.elements]
    assert not {"iframe", "object", "embed", "base"} & set(tags)
    assert tags.count("script") == 1
    [script] = re.findall(r"<script>(.*?)</script>", text, flags=re.DOTALL)
    assert f"script-src '{html_page.source_hash(script)}'" in text


def test_elements_are_nested_and_ids_unique_and_links_lead_somewhere(rendered: str) -> None:
    outline = Outline(rendered)
    ids = outline.attributes("id")
    assert outline.faults == outline.open == []
    assert len(ids) == len(set(ids))
    links = [link for link in outline.attributes("href", "a") if link.startswith("#")]
    targets = {link.removeprefix("#") for link in links}
    assert targets | set(outline.attributes("for")) <= set(ids)


def test_headings_descend_one_level_at_a_time(rendered: str) -> None:
    tags = [tag for tag, _ in Outline(rendered).elements]
    levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


@pytest.mark.slow
def test_words_from_files_are_escaped(example: "Example") -> None:
    example.change("receipt.json", source="<script>alert(1)</script>", license='"&<b>')
    words = {"title": "<img src=x onerror=y>", "caption": "\" onload='z'", "layout": None}
    example.change("draw_samples/sheets.json", prior=words)
    text = example.render()
    assert "&lt;script&gt;alert(1)" in text
    assert [tag for tag, _ in Outline(text).elements].count("script") == 1  # our own
    assert "alert(1)</script>" not in text
    assert not Outline(text).attributes("onerror") + Outline(text).attributes("onload")
