import base64
import hashlib
import io
import re

import numpy as np
import pytest
from PIL import Image
from tests.oips import example_found

from latentmaps.report import oip_curve, oip_page, oip_rows


@pytest.fixture(scope="module")
def rendered() -> str:
    return oip_page.render(example_found.example_found())


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


def test_the_policy_allows_this_script_and_this_style_alone(rendered: str) -> None:
    [policy] = re.findall(r'Content-Security-Policy" content="([^"]+)"', rendered)
    for tag in ("script", "style"):
        [text] = re.findall(f"<{tag}>(.*?)</{tag}>", rendered, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert "style=" not in rendered.partition("<body>")[2]  # the policy would refuse it


def test_nothing_comes_from_outside_and_nothing_changes(rendered: str) -> None:
    assert not re.findall(r'(?:src|href)="(?!data:|#|\.\./index\.html)', rendered)
    assert oip_page.render(example_found.example_found()) == rendered


def test_a_row_tells_status_strength_course_and_path() -> None:
    facts = {fact.name: fact.value for fact in oip_rows.row(example_found.example_found(), 0).facts}
    assert facts == {
        "Pixels free": "2.00 times the strongest digit (activation 4)",
        "Pixels in range": "1.00 times the strongest digit (activation 2)",
        "Course": "free: converged after 9 steps; in range: converged after 9 steps",
        "Starts": "0% of the random images leave it silent; the best one: coarse",
        "Out of range": facts["Out of range"],
        "Spread": "the worst of 2 random starts ends at 50% of the best",
        "Path": "rank correlation 0.80 free, 0.70 in range (second digit 0.90, random digits 0.50)",
    }


def test_a_rescued_map_tells_what_rescued_it(rendered: str) -> None:
    row = oip_rows.row(example_found.example_found(), 2)
    facts = {fact.name: fact.value for fact in row.facts}
    assert facts["Rescued by"] == "the best of many random candidates (precursor)"
    assert facts["In range by"] == "a real digit (digits)"
    assert '<span class="status rescued">rescued: precursor</span>' in rendered
    assert '<span class="status alive">alive</span>' in rendered


def test_the_head_counts_oips_that_are_more_like_a_digit_than_chance(rendered: str) -> None:
    words = " ".join(re.sub("<[^>]+>", "", rendered).split())
    assert "takes 2 of 2 OIPs for more like the strongest digit than random digits are" in words
    assert "in range 2." in words


def test_a_map_that_no_digit_excites_says_so() -> None:
    row = oip_rows.row(example_found.example_found(), 2)
    facts = {fact.name: fact.value for fact in row.facts}
    assert facts["Pixels free"] == "activation 3; no test digit excites the map"
    assert row.digits == []
    assert "strongest digit" not in row.curve


def test_a_dead_map_has_words_and_no_pictures() -> None:
    row = oip_rows.row(example_found.example_found(), 3)
    assert [list(row.course), list(row.ends), list(row.digits), row.curve] == [[], [], [], ""]
    assert row.facts[-1].value == "none: nothing that was tried excites the map"


def test_every_picture_says_what_it_is(rendered: str) -> None:
    texts = re.findall(r'<img [^>]*alt="([^"]*)"', rendered)
    assert len(texts) == rendered.count("<img") > 20
    assert "OIP with free pixels, 2.00 times the strongest digit (activation 4)" in texts
    assert "test digit number 0, a 0, activation 2" in texts


def test_pixels_that_cannot_reach_the_layer_are_transparent_and_explained(rendered: str) -> None:
    picture = oip_rows.row(example_found.example_found(), 0).ends[0]
    content = base64.b64decode(picture.data_url.partition(",")[2])
    alpha = np.asarray(Image.open(io.BytesIO(content)))[..., 1]
    assert (alpha[:26, :26] == 255).all()
    assert not alpha[26:].any()
    assert not alpha[:, 26:].any()
    assert "The last 2 rows and columns of pixels, hatched, cannot reach this layer" in rendered


def test_a_curve_has_two_lines_and_one_for_the_strongest_digit() -> None:
    rising = np.array([1, 2, 3, 4, np.nan], np.float32)
    half = (rising / 2).astype(np.float32)
    svg = oip_curve.draw({"free": rising, "in range": half}, 2.0, title="Activation & more")
    assert 'aria-label="Activation &amp; more"' in svg
    assert svg.count("<path") == 4
    assert "2\u00d7" in svg  # 4 is twice the strongest digit
    assert ">3 steps<" in svg
    paths = re.findall(r'class="(?:first|second)" d="M([^"]+)"', svg)
    assert [len(path.split("L")) for path in paths] == [4, 4]


def test_a_long_curve_is_thinned_out() -> None:
    long = np.linspace(0, 1, 2001, dtype=np.float32)
    svg = oip_curve.draw({"free": long}, None, title="t")
    assert len(svg) < 2000
