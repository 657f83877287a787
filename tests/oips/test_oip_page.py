import base64
import dataclasses
import hashlib
import io
import itertools
import re

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from tests.oips import example_results
from tests.report.page_outline import Outline

from latentmaps.oips import grays, page, page_pictures, page_rows


@pytest.fixture(scope="module")
def rendered() -> str:
    return page.render(example_results.example_results())


def test_every_map_has_a_row_with_an_anchor(rendered: str) -> None:
    rows = re.findall(r'<article id="([^"]+)" data-status="(\w+)"', rendered)
    assert rows == [
        ("Conv2D_3-0", "alive"),
        ("Conv2D_3-1", "alive"),
        ("Conv2D_3-2", "rescued"),
        ("Conv2D_3-3", "dead"),
    ]
    for anchor, _ in rows:
        assert f'<a href="#{anchor}">' in rendered


def test_rows_carry_what_the_script_sorts_by(rendered: str) -> None:
    assert re.findall(r'data-rank="(\d)"', rendered) == ["0", "0", "1", "2"]
    ratios = re.findall(r'data-ratio="([^"]*)" data-in-range="([^"]*)"', rendered)
    assert ratios == [("2.00", "1.00"), ("0.50", "0.25"), ("", ""), ("", "")]


def test_the_policy_allows_only_this_script_and_this_style(rendered: str) -> None:
    [policy] = re.findall(r'Content-Security-Policy" content="([^"]+)"', rendered)
    for tag in ("script", "style"):
        [text] = re.findall(f"<{tag}>(.*?)</{tag}>", rendered, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert "style=" not in rendered.partition("<body>")[2]  # the policy would refuse it


def test_nothing_comes_from_outside_and_nothing_changes(rendered: str) -> None:
    assert not re.findall(r'(?:src|href)="(?!data:|#|\.\./index\.html)', rendered)
    assert page.render(example_results.example_results()) == rendered


def test_a_row_states_status_strength_convergence_and_pathway() -> None:
    facts = {
        fact.name: fact.value for fact in page_rows.row(example_results.example_results(), 0).facts
    }
    assert facts == {
        "Free pixels": "2.00 times the strongest digit (activation 4)",
        "In range": "1.00 times the strongest digit (activation 2)",
        "Convergence": "free: converged after 9 steps; in range: converged after 9 steps",
        "Starts": "0% of the random images leave it silent; the winning start: coarse",
        "Silent": "noise 0%, fourier 0%",
        "Repetition": facts["Repetition"],
        "Polish": (
            "free: high frequencies 50% before, 25% after; 96% of the activation; "
            "in range: high frequencies 50% before, 25% after; 96% of the activation"
        ),
        "Out of range": facts["Out of range"],
        "Spread": "the weakest of 2 random finalists reaches 50% of the strongest",
        "Pathway": (
            "rank correlation 0.80 free, 0.70 in range (second digit 0.90, random digits 0.50)"
        ),
    }


def test_a_rescued_map_says_what_rescued_it(rendered: str) -> None:
    row = page_rows.row(example_results.example_results(), 2)
    facts = {fact.name: fact.value for fact in row.facts}
    assert facts["Rescued by"] == "the best of many random candidates (precursor)"
    assert facts["In range by"] == "a real digit (digits)"
    assert '<span class="status rescued">rescued: precursor</span>' in rendered
    assert '<span class="status alive">alive</span>' in rendered


def test_the_header_counts_oips_that_are_more_similar_to_a_digit_than_chance(rendered: str) -> None:
    words = " ".join(re.sub("<[^>]+>", "", rendered).split())
    assert "2 of 2 OIPs are more similar to the strongest digit than random digits are" in words
    assert "in range, 2 are." in words


def test_a_map_that_no_digit_excites_says_so() -> None:
    row = page_rows.row(example_results.example_results(), 2)
    facts = {fact.name: fact.value for fact in row.facts}
    assert facts["Free pixels"] == "activation 3; no test digit excites the map"
    assert row.digits == []
    assert "strongest digit" not in row.curve


def test_a_dead_map_has_words_and_no_pictures() -> None:
    row = page_rows.row(example_results.example_results(), 3)
    assert [list(row.snapshots), list(row.oips), list(row.digits), row.curve] == [[], [], [], ""]
    assert row.facts[-1].value == "none: nothing that was tried excites the map"


def test_every_picture_says_what_it_is(rendered: str) -> None:
    small = re.findall(r'<img [^>]*alt="([^"]+)"', rendered)
    assert len(small) == rendered.count("<img")
    oips = re.findall(r'<svg class="oip" [^>]*role="img" aria-label="([^"]+)"><image', rendered)
    assert len(oips) == rendered.count("<image") == 6
    texts = [*oips, *small]
    assert len(texts) > 20
    assert "OIP with free pixels, 2.00 times the strongest digit (activation 4)" in texts
    assert "test digit 0, a 0, activation 2" in texts


def test_pixels_that_cannot_reach_the_layer_are_cropped_and_explained(rendered: str) -> None:
    found = example_results.example_results()
    row = page_rows.row(found, 0)
    drawn = [_read(picture) for picture in (*row.snapshots, *row.oips, *row.digits)]
    assert {image.shape for image in drawn} == {(26, 26)}
    kept = [
        found.grays.free(found.oips.free.polished.images[0]),
        found.grays.in_range(found.oips.in_range.polished.images[0]),
        *found.strongest.images[0],
    ]
    for image, whole in zip(drawn[len(row.snapshots) :], kept, strict=True):
        assert (image == whole[:26, :26]).all()
    words = " ".join(rendered.split())
    assert "The last 2 rows and columns of pixels are cropped from all pictures" in words


def test_the_page_mentions_the_polish_if_there_is_one(rendered: str) -> None:
    words = " ".join(rendered.split())
    assert "weakened, at a cost of at most 5% of the activation" in words
    found = example_results.example_results()
    unpolished = dataclasses.replace(found, params=dataclasses.replace(found.params, polish=1.0))
    assert "<b>polished</b>" not in page.render(unpolished)


def test_no_pixels_are_cropped_if_all_reach_the_layer() -> None:
    found = example_results.example_results()
    found = dataclasses.replace(found, grays=grays.gray_scale(found.oips, 28))
    assert _read(page_rows.row(found, 0).oips[0]).shape == (28, 28)
    assert "left out" not in page.render(found)


def _read(picture: page_pictures.CaptionedPicture) -> npt.NDArray[np.uint8]:
    content = base64.b64decode(picture.data_url.partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(content)))


def _verdict(position: int, **numbers: float | str) -> str:
    found = example_results.example_results()
    table = found.table.copy()
    for name, value in numbers.items():
        table[name] = table[name].astype(object)
        table.loc[position, name] = value
    return " ".join(page_rows.row(dataclasses.replace(found, table=table), position).verdict)


# in the example, the second digit has 0.9 and random digits have 0.5
@pytest.mark.parametrize(
    ("path", "second", "way"),
    [
        (0.50, 0.9, ", in a different way."),
        (0.51, 0.9, ", partly in the same way."),
        (0.69, 0.9, ", partly in the same way."),
        (0.71, 0.9, ", in much the same way."),
        (0.95, 0.9, ", in much the same way."),
        (0.95, np.nan, ", partly in the same way."),  # no second digit to compare with
        (0.45, 0.4, ", in a different way."),  # like the second digit, but so are random ones
        (0.55, 0.4, ", in much the same way."),
        (np.nan, np.nan, "."),  # the first layer
    ],
)
def test_the_verdict_says_whether_digits_excite_the_map_in_the_same_way(
    path: float, second: float, way: str
) -> None:
    words = _verdict(0, path_correlation=path, path_second_digit=second, seed_gap=0.9)
    assert words == f"Responds 2.0 times as strongly as to the strongest digit{way}"


@pytest.mark.parametrize(
    ("rescued_by", "words"),
    [
        ("precursor", "its own starts leave it silent, but the best candidate excites it."),
        (
            "pre-activation",
            "random images excited it only after an ascent on the map before its ReLU.",
        ),
        ("digits", "no random image excited it, but a real digit did."),
        ("in range", "only the OIP in range excited it."),
    ],
)
def test_the_verdict_on_a_rescued_map_begins_with_its_rescue(rescued_by: str, words: str) -> None:
    assert _verdict(2, rescued_by=rescued_by) == (
        f"Rescued: {words} No test digit excites it, but its OIP does."
    )
    strong = _verdict(0, rescued_by=rescued_by, status="rescued", seed_gap=np.nan)
    assert strong.startswith(f"Rescued: {words} Responds 2.0 times as strongly")


def test_the_verdict_on_a_dead_map_does_not_deny_digits_that_excite_it() -> None:
    assert _verdict(3) == "Dead: nothing that was tried excites it."
    excited = _verdict(3, strongest_digit_activation=0.2)
    assert excited == "Dead: no start image excites it, although test digits do."


def test_the_verdict_says_if_the_start_matters() -> None:
    assert _verdict(0, seed_gap=0.5).endswith(
        " The results of its random starts differ by up to 50%."
    )
    assert "apart" not in _verdict(0, seed_gap=0.75)
    assert "apart" not in _verdict(0, seed_gap=np.nan)


def test_every_tile_reuses_the_picture_of_its_row(rendered: str) -> None:
    overview = rendered.partition('<ul id="tiles">')[2].partition("</ul>")[0]
    assert re.findall(r'<a href="#([^"]+)">', overview) == [f"Conv2D_3-{i}" for i in range(4)]
    assert re.findall(r'<b>(\d)</b> <span class="\w+">(\w+)</span>', overview) == [
        ("0", "alive"),
        ("1", "alive"),
        ("2", "rescued"),
        ("3", "dead"),
    ]
    shown = re.findall(r'<use href="#([^"]+)"', overview)
    assert shown == [f"Conv2D_3-{i}-oip" for i in range(3)]  # a dead map has none
    assert set(shown) <= set(re.findall(r'<image id="([^"]+)"', rendered))
    assert "data:" not in overview
    assert len(set(re.findall(r'href="(data:image[^"]+)"', rendered))) == rendered.count("<image")


def test_the_page_says_how_to_reproduce_it(rendered: str) -> None:
    command = "dvc repro --force --single-item draw_oips@Conv2D_3"
    assert f"To reproduce these pictures, run\n  <code>{command}</code>" in rendered


def test_headings_are_in_order(rendered: str) -> None:
    levels = [int(level) for level in re.findall(r"<h(\d)", rendered)]
    assert levels[:2] == [1, 2]
    assert all(below - above <= 1 for above, below in itertools.pairwise(levels))


def test_every_element_is_closed_and_no_id_is_used_twice(rendered: str) -> None:
    outline = Outline(rendered)
    assert outline.open == []
    assert outline.faults == []
    names = outline.attributes("id")
    assert len(names) == len(set(names))


def test_a_curve_has_two_lines_and_one_for_the_strongest_digit() -> None:
    rising = np.array([1, 2, 3, 4, np.nan], np.float32)
    half = (rising / 2).astype(np.float32)
    svg = page_pictures.draw_curve(
        {"free": rising, "in range": half}, 2.0, title="Activation & more"
    )
    assert 'aria-label="Activation &amp; more"' in svg
    assert svg.count("<path") == 4
    assert "2\u00d7" in svg  # 4 is twice the strongest digit
    assert ">3 steps<" in svg
    paths = re.findall(r'class="(?:first|second)" d="M([^"]+)"', svg)
    assert [len(path.split("L")) for path in paths] == [4, 4]


def test_a_long_curve_is_thinned_out() -> None:
    long = np.linspace(0, 1, 2001, dtype=np.float32)
    svg = page_pictures.draw_curve({"free": long}, None, title="t")
    assert len(svg) < 2000
