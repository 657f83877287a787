"""The comparison page in a real browser, without a network."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from tests.browsing import Visit
from tests.compare.example_experiments import BEST, SAMPLERS, make_experiment, make_sweep
from tests.report import page_reading

from latentmaps.compare import page_files
from latentmaps.compare.experiment import Experiment, Problem

pytestmark = pytest.mark.slow

FULL_PAGE = """<!DOCTYPE html><title>The full page</title>
<a href="draw_oips/Conv2D_1.html">Conv2D_1</a> <a href="draw_oips/Conv2D_2.html">Conv2D_2</a>"""
LAYER_PAGE = (
    '<!DOCTYPE html><title>The page of a layer</title><a href="../index.html#digits">back</a>'
)
FACTS = ["0.5", "1.5", "3", "5", "7", "10"]


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep, an experiment with another parameter and without random faces, and a failed one."""
    folder = tmp_path_factory.mktemp("compared")
    full, layer = folder / "cached-page", folder / "cached-layer"
    full.write_text(FULL_PAGE, encoding="utf-8")
    layer.write_text(LAYER_PAGE, encoding="utf-8")
    linked = {"draw_oips/Conv2D_1.html": layer, "draw_oips/Conv2D_2.html": None}
    half = make_experiment("a-rather-long-name-of-an-experiment", 7.0, **{"train_vae.epochs": 30})
    experiments = [
        *(
            make_experiment(swept.name, swept.kl_weight, page=full, linked_pages=linked)
            for swept in make_sweep()
        ),
        Experiment(
            **(vars(half) | {"strips": {}, "problems": [Problem("no strips", "dvc repro")]})
        ),
        Experiment("lost", state="failed", problems=[Problem("failed", "dvc queue logs lost")]),
    ]
    output = folder / "sweep #2.html"
    page_files.write(experiments, output, has_pages=True)
    return output


def column(page: Page, place: int) -> list[str]:
    """Return the texts of a column of the table of numbers, from the top; 0: the names."""
    rows = page.locator("#scores-training tbody tr").all()
    return [row.locator("th, td").nth(place).inner_text() for row in rows]


def sorted_heads(page: Page) -> list[tuple[str, str]]:
    heads = page.locator("#scores-training th[aria-sort]").all()
    return [(h.locator(".head").inner_text(), str(h.get_attribute("aria-sort"))) for h in heads]


def test_it_opens_without_an_error_or_a_request(browser: Browser, compared: Path) -> None:
    visit = Visit(browser, compared)
    assert visit.troubles == []
    assert visit.requests == [compared.as_uri()]


def test_every_picture_is_loaded(browser: Browser, compared: Path) -> None:
    visit = Visit(browser, compared)
    widths = visit.page.evaluate("Array.from(document.images, image => image.naturalWidth)")
    assert len(widths) == 1 + 5 * (1 + len(SAMPLERS))
    assert min(widths) > 0


def test_rows_are_sorted_by_fact_with_aligned_tiles(browser: Browser, compared: Path) -> None:
    visit = Visit(browser, compared, width=1600)
    titles = visit.page.locator(".experiment h3").all_inner_texts()
    assert titles == [f"fact {fact}" for fact in FACTS]
    frames = visit.page.locator(".originals img, .of-reconstructions img").all()
    boxes = [box for frame in frames if (box := frame.bounding_box())]
    assert len(boxes) == 6
    assert len({(round(box["x"], 1), round(box["width"], 1)) for box in boxes}) == 1


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1600])
def test_nothing_overflows_to_the_side(browser: Browser, compared: Path, width: int) -> None:
    visit = Visit(browser, compared, width=width)
    page_reading.unfold(visit.page)
    assert visit.width_of_content() <= width


def test_the_sampler_is_chosen_for_all_rows_without_a_script(
    browser: Browser, compared: Path
) -> None:
    visit = Visit(browser, compared, with_scripts=False)
    assert visit.page.locator(".of-prior img:visible").count() == 5
    assert visit.page.locator(".of-parzen img:visible").count() == 0
    visit.page.get_by_label("Parzen", exact=True).check()
    assert visit.page.locator(".of-prior img:visible").count() == 0
    assert visit.page.locator(".of-parzen img:visible").count() == 5
    visit.page.get_by_label(f"all {('two', 'three', 'four')[len(SAMPLERS) - 2]}").check()
    assert visit.page.locator(".samples img:visible").count() == 5 * len(SAMPLERS)


def test_without_scripts_the_table_is_complete_and_sorted_by_fact(
    browser: Browser, compared: Path
) -> None:
    visit = Visit(browser, compared, with_scripts=False)
    assert visit.troubles == []
    assert column(visit.page, 1) == FACTS
    assert sorted_heads(visit.page) == [("fact", "ascending")]
    assert visit.page.locator(".sort, .enlarge").count() == 0
    folded = visit.page.locator("#scores-random-pixels-pca")
    assert not folded.is_visible()
    visit.page.locator("summary", has_text="Random faces by pixels-pca").click()
    assert folded.is_visible()
    assert not visit.page.get_by_text("Click the arrows in a column header").is_visible()
    assert visit.page.get_by_text("lost, fact unknown: left out").is_visible()


def test_a_click_sorts_by_number_and_a_second_one_reverses_the_order(
    browser: Browser, compared: Path
) -> None:
    visit = Visit(browser, compared)
    head = visit.page.get_by_role("button", name="Sort by Reconstruction loss", exact=True).first
    head.click()
    assert column(visit.page, 1) == FACTS
    head.click()
    assert column(visit.page, 1) == FACTS[::-1]
    assert sorted_heads(visit.page) == [("Reconstruction loss", "descending")]
    said = visit.page.get_by_role("status").first.inner_text()
    assert said == "Sorted by Reconstruction loss, descending."


def test_the_keyboard_sorts(browser: Browser, compared: Path) -> None:
    visit = Visit(browser, compared)
    heads = visit.page.locator("#scores-training")
    heads.get_by_role("button", name="Sort by fact").focus()
    visit.page.keyboard.press("Enter")
    assert column(visit.page, 1) == FACTS[::-1]
    assert visit.page.evaluate("document.activeElement.className") == "sort"
    heads.get_by_role("button", name="Sort by Experiment").focus()
    visit.page.keyboard.press("Space")
    names = column(visit.page, 0)
    assert names == sorted(names)
    assert sorted_heads(visit.page) == [("Experiment", "ascending")]


def test_sorting_random_faces_shows_the_best_fact_and_sampler(
    browser: Browser, compared: Path
) -> None:
    visit = Visit(browser, compared)
    visit.page.locator("summary", has_text="Random faces by pixels-pca").click()
    table = visit.page.locator("#scores-random-pixels-pca")
    table.get_by_role("button", name="Sort by Kernel distance").click()
    rows = [row.inner_text().split("\t")[:3] for row in table.locator("tbody tr").all()[:2]]
    assert rows == [
        ["all", "\N{EN DASH}", "Real faces"],
        ["run-10", "10", BEST],
    ]
    others = visit.page.locator("#scores-training th[aria-sort] .head").inner_text()
    assert others == "fact"
    table.get_by_role("button", name="Sort by Faces").click()
    faces = table.locator("tbody tr td:nth-child(3)").all_inner_texts()
    assert faces[:7] == ["Real faces", *["Prior"] * 6]


def test_an_explanation_opens_on_click(browser: Browser, compared: Path) -> None:
    visit = Visit(browser, compared)
    about = visit.page.locator("#about-scores-posterior-mean-test-psnr-db-psnr-db")
    assert not about.is_visible()
    name = "about-scores-posterior-mean-test-psnr-db-psnr-db"
    visit.page.locator(f"#numbers .term[popovertarget={name}]").click()
    assert about.is_visible()
    assert "20 dB" in about.inner_text()


def test_a_row_links_to_its_full_page(browser: Browser, compared: Path) -> None:
    visit = Visit(browser, compared)
    visit.page.get_by_role("link", name="Full page of run-3").click()
    assert visit.page.title() == "The full page"
    visit.page.get_by_role("link", name="Conv2D_1").click()
    assert visit.page.title() == "The page of a layer"
    visit.page.get_by_role("link", name="back").click()
    assert visit.page.title() == "The full page"


def test_a_link_to_a_missing_page_opens_a_page_that_says_so(
    browser: Browser, compared: Path
) -> None:
    visit = Visit(browser, compared)
    visit.page.get_by_role("link", name="Full page of run-3").click()
    visit.page.get_by_role("link", name="Conv2D_2").click()
    assert visit.page.get_by_role("heading").inner_text() == "This page is missing"
    assert visit.troubles == []
    visit.page.get_by_role("link", name="Back to the full page").click()
    assert visit.page.title() == "The full page"


def test_curves_and_text_are_readable_on_a_dark_page(browser: Browser, compared: Path) -> None:
    visit = Visit(browser, compared)
    color = "name => getComputedStyle(document.querySelector(name)).color.match(/[0-9]+/g)"
    for scheme, is_dark in (("light", False), ("dark", True)):
        visit.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for name in ("body", "mark", ".curve text"):
            brightness = sum(int(part) for part in visit.page.evaluate(color, name)[:3])
            assert (brightness > 600) == is_dark, (scheme, name)


def test_it_fits_on_paper(browser: Browser, compared: Path) -> None:
    visit = Visit(browser, compared, width=1040)  # the width of A4, sideways, in CSS pixels
    visit.page.emulate_media(media="print")
    assert visit.width_of_content() <= 1040
    assert not visit.page.locator(".choice").is_visible()
    assert visit.page.locator(".scores caption").first.is_visible()
    tables = visit.page.locator(".scores:visible").all()
    boxes = [table.bounding_box() for table in tables]
    assert len(boxes) == 5
    assert all(box is not None and box["width"] <= 1040 for box in boxes)


def test_faces_are_on_the_first_screen(browser: Browser, compared: Path) -> None:
    visit = Visit(browser, compared)
    box = visit.page.locator(".originals img").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 800


def test_a_click_enlarges_faces_below_the_test_faces(browser: Browser, compared: Path) -> None:
    visit = Visit(browser, compared)
    strip = visit.page.locator("#row-2 .of-reconstructions .enlarge")
    width = strip.bounding_box()["width"]  # type: ignore[index]
    strip.click()
    dialog = visit.page.get_by_role("dialog")
    assert dialog.locator(".title").inner_text() == "fact 1.5, run-1.5, Reconstructions"
    boxes = [image.bounding_box() for image in dialog.locator("img").all()]
    assert len(boxes) == 2
    assert all(box is not None and box["width"] > 2 * width for box in boxes)
    dialog.get_by_role("button", name="Close").click()
    assert not dialog.is_visible()
    assert visit.troubles == []


def test_keys_enlarge_switch_rows_and_close(browser: Browser, compared: Path) -> None:
    visit = Visit(browser, compared)
    visit.page.locator("#row-1 .of-prior .enlarge").focus()
    visit.page.keyboard.press("Enter")
    dialog = visit.page.get_by_role("dialog")
    title = dialog.locator(".title")
    assert title.inner_text() == "fact 0.5, run-0.5, random faces, Prior"
    assert dialog.locator("img").count() == 1
    visit.page.keyboard.press("ArrowUp")  # there is no row above
    assert title.inner_text().startswith("fact 0.5")
    visit.page.keyboard.press("ArrowDown")
    assert title.inner_text() == "fact 1.5, run-1.5, random faces, Prior"
    visit.page.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert visit.page.evaluate("document.activeElement.closest('article').id") == "row-2"


def test_labels_of_both_strips_are_apart_on_one_line(browser: Browser, compared: Path) -> None:
    visit = Visit(browser, compared)
    left, right = (
        visit.page.locator(f"#row-1 .of-{kind} .title").bounding_box()
        for kind in ("reconstructions", "prior")
    )
    assert left is not None
    assert right is not None
    assert left["y"] == right["y"]
    assert right["x"] - left["x"] > 300
