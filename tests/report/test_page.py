"""The page shows everything, and is reproducible byte for byte."""

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests import remembering
from tests.report.fake_numbers import CHARTS, LAYERS, NUM_SHEETS, PATTERNS
from tests.report.page_outline import BESIDE, Outline

from latentmaps.errors import DataError
from latentmaps.params import yaml12
from latentmaps.report import faces, figures, inputs

if TYPE_CHECKING:
    from tests.report.fake_results import Example


def test_the_page_of_each_layer_is_linked(rendered: str) -> None:
    assert set(Outline(rendered).attributes("href", "a")) >= BESIDE


def test_every_tile_of_a_layer_leads_to_the_row_of_its_map(rendered: str) -> None:
    links = [link for link in Outline(rendered).attributes("href", "a") if "html#" in link]
    assert [link for link in links if link.startswith("draw_oips/")] == [
        f"draw_oips/{layer}.html#{layer}-{index}"
        for layer, num_maps in LAYERS.items()
        for index in range(num_maps)
    ]


def test_every_pattern_of_the_encoder_leads_to_its_feature_map(rendered: str) -> None:
    links = [link for link in Outline(rendered).attributes("href", "a") if "html#conv" in link]
    assert links == [
        f"draw_face_oips/index.html#convolution_{number}-{index}"
        for number in (1, 2)
        for index in range(18)
    ]


def test_misread_digits_are_counted(rendered: str) -> None:
    assert "Misread test digits: 1. Most frequent error:\na 4 read as a 9 (1)." in rendered


@pytest.mark.slow
def test_every_sheet_of_every_stage_is_on_the_page(pristine: "Example", rendered: str) -> None:
    charts = [
        pristine.folder / f"{stage}/{name}.png" for stage, names in CHARTS.items() for name in names
    ]
    sheets = set(pristine.folder.rglob("*.png")) - set(charts)
    expected = [inputs.read_picture(path).data_url for path in charts]
    for path in sheets:
        words = path.with_suffix(".json")
        document = inputs.read_document(words if words.exists() else path.parent / "sheets.json")
        places = figures.read_tiles(path, document if words.exists() else document.part(path.stem))
        shown = [tile.picture for row in places.rows for tile in row if tile.picture]
        expected += [picture.data_url for picture in shown]
    assert len(sheets) == NUM_SHEETS + len(LAYERS) + len(PATTERNS) + 1  # the film
    assert sorted(Outline(rendered).attributes("src", "img")) == sorted(expected)


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


def test_the_losses_say_why_validation_lies_below_training(rendered: str) -> None:
    words = rendered[rendered.index('<h3 id="faces-curves">') :].partition("<figure")[0]
    assert "at the end of each epoch with the\n  averaged weights" in words
    assert "training loss is the mean over all\n  steps of the epoch" in words


@pytest.mark.slow
def test_what_a_stage_says_of_missing_attributes_is_shown(example: "Example") -> None:
    words = {"title": "The plane", "caption": "There are no attributes, so no colors."}
    example.change("draw_latent_space/sheets.json", projection=words)
    text = example.render()
    assert 'alt="The plane. There are no attributes, so no colors."' in text
    assert '<p class="words"><b>The plane.</b> There are no attributes' in text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "notice"),
    [
        ("avatars", None),
        ("celeba", "Do not publish, send or commit this page or any sheet"),
        ("folder", "Until then, keep it on this machine."),
        ("another", "These are your own pictures: whose faces are they?"),
    ],
)
def test_pictures_of_real_people_come_with_a_notice(
    example: "Example", source: str, notice: str | None
) -> None:
    example.change("receipt.json", source=source)
    text = example.render()
    assert ('<p class="notice" role="note">' in text) == (notice is not None)
    if notice:
        assert text.count(notice) == 2  # at the top, and in the section License


@pytest.mark.slow
def test_equal_results_give_an_equal_page_that_names_no_folder(
    pristine: "Example", example: "Example", rendered: str
) -> None:
    with remembering.afresh():
        assert example.render() == rendered  # the same results in another folder
    assert str(pristine.folder) not in rendered


@pytest.mark.slow
def test_a_sheet_that_could_not_be_drawn_is_replaced_by_text(example: "Example") -> None:
    words = {
        "title": "Attribute arithmetic",
        "caption": "Nothing to draw: no attributes.",
        "layout": None,
    }
    example.change("draw_latent_space/sheets.json", attributes=words)
    text = example.render()
    figure = text[text.index('id="draw-latent-space-attributes"') :].partition("</figure>")[0]
    assert "Nothing to draw: no attributes." in figure
    assert "<img" not in figure


@pytest.mark.slow
def test_a_notice_says_when_faces_are_not_meaningful(example: "Example", rendered: str) -> None:
    title = "These results are not meaningful yet."
    assert title not in rendered
    example.change("train_vae/numbers.json", num_steps=55)
    text = example.render()
    assert text.count(title) == 1
    assert "trained for only 55 steps" in text
    example.change("evaluate_vae/numbers.json", diversity=0.01)
    assert example.render().count(title) == 2
    example.change("train_vae/numbers.json", initial_weights={"encoder.weights.h5": "0a"})
    assert example.render().count(title) == 1


@pytest.mark.parametrize(
    "shown",
    ["19.87 dB", "24.31 nats", "41 of 256", "97.85%", "8 of 10", "beta 15", "2.21.0", "3.15.1"],
)
def test_key_numbers_are_shown(rendered: str, shown: str) -> None:
    assert shown in rendered


def test_a_layer_shows_its_counts_its_median_and_the_command_that_redraws_it(rendered: str) -> None:
    part = rendered[rendered.index('<h3 id="layer-2">') : rendered.index('id="digits-numbers"')]
    for number, word in ((4, "alive"), (1, "rescued"), (1, "dead")):
        assert f"<li><b>{number}</b> {word}</li>" in part
    assert "<b>3.50</b> median ratio to the strongest real digit" in part
    assert "dvc repro --force --single-item draw_oips@Conv2D_2" in rendered


@pytest.mark.slow
def test_a_layer_without_a_living_map_has_no_median(example: "Example") -> None:
    table = example.folder / "draw_oips/Conv2D_1.csv"
    header, *lines = table.read_text(encoding="utf-8").splitlines()
    dead = lines[-1].partition(",")[2]
    rows = [f"{index},{dead}" for index in range(len(lines))]
    table.write_text("\n".join([header, *rows]), encoding="utf-8")
    assert "<b>none</b> median ratio to the strongest real digit" in example.render()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("train_vae/numbers.json", {"fact": None}, "numbers}.json: has no 'fact'"),
        ("evaluate_vae/metrics.json", {"ssim": "high"}, "ssim: found 'high', expected a number"),
        ("evaluate_vae/numbers.json", {"sampled": None}, "has no 'sampled'"),
        ("evaluate_vae/numbers.json", {"z_std_max": None}, "has no 'z_std_max'"),
        ("evaluate_vae/numbers.json", {"samples": None}, "has no 'samples'"),
        ("evaluate_vae/numbers.json", {"attributes": None}, "has no 'attributes'"),
        ("train_cnn/metrics.json", {"test_accuracy": None}, "has no 'test_accuracy'"),
        ("receipt.json", {"license": 3}, "license: found 3, expected a string"),
        ("draw_samples/sheets.json", {"prior": {"title": "t"}}, "has no 'caption'"),
        ("draw_samples/sheets.json", {"parzen": None}, "has no 'parzen'"),
        ("draw_oips/Conv2D_1.json", {"layout": {}}, "layout.tile_width: found {}: Field required"),
        ("draw_oips/Conv2D_1.json", {"layout": None}, "has no 'layout'"),
        ("draw_samples/sheets.json", {"prior": {"title": "", "caption": ""}}, "has no 'layout'"),
        ("draw_activation_maps/sheet.json", {"title": 3}, "title: found 3, expected a string"),
    ],
)
def test_a_missing_or_wrong_value_stops_with_its_file(
    example: "Example", name: str, values: dict[str, Any], message: str
) -> None:
    path = example.change(name, **values)
    with pytest.raises(DataError, match=re.escape(message)) as caught:
        example.render()
    assert str(path.parent) in str(caught.value)


@pytest.mark.slow
@pytest.mark.parametrize(
    "stage", ["train_vae", "draw_samples", "draw_activation_maps", "draw_oips"]
)
def test_a_stage_that_has_not_run_is_named_by_its_file_with_what_to_do(
    example: "Example", stage: str
) -> None:
    shutil.rmtree(example.folder / stage)
    message = rf"reports/{stage}/[\w.]+: no such file; run the stage that writes it"
    with pytest.raises(DataError, match=message):
        example.render()


@pytest.mark.slow
def test_an_unknown_status_of_a_feature_map_is_refused(example: "Example") -> None:
    table = example.folder / "draw_oips/Conv2D_1.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("rescued,", "asleep,"))
    with pytest.raises(DataError, match=r"status: found 'asleep', expected one of alive, rescued"):
        example.render()


@pytest.mark.slow
def test_an_extra_number_changes_nothing(example: "Example", rendered: str) -> None:
    example.change("evaluate_vae/numbers.json", something_new=1.0)
    assert example.render() == rendered


@pytest.mark.parametrize("num_maps", [3, 2])
def test_a_sheet_of_another_table_is_refused(example: "Example", num_maps: int) -> None:
    table = example.folder / "draw_oips/Conv2D_1.csv"
    lines = table.read_text(encoding="utf-8").splitlines()[: 1 + num_maps]
    table.write_text("\n".join(lines), encoding="utf-8")
    expected = rf"Conv2D_1\.json: found 4 tiles, expected {num_maps} for the units in "
    with pytest.raises(DataError, match=expected):
        example.render()


@pytest.mark.parametrize("stage", ["draw_reconstructions", "draw_samples", "draw_latent_space"])
def test_every_sheet_that_a_stage_draws_has_a_tab(root: Path, stage: str) -> None:
    pipeline = yaml12.load((root / "dvc.yaml").read_text(encoding="utf-8"))["stages"][stage]
    outputs = [next(iter(out)) if isinstance(out, dict) else out for out in pipeline["plots"]]
    drawn = {Path(out).stem for out in outputs} - {""}
    drawn = {name for name in drawn if not name.startswith("strip")}
    assert {name.removesuffix("_processed") for name in drawn} == set(SHEETS_OF_TABS[stage])


SHEETS_OF_TABS = {
    "draw_reconstructions": {**faces.RECONSTRUCTIONS, "film": "of the training, not in a tab"},
    "draw_samples": faces.SAMPLES,
    "draw_latent_space": {**faces.LATENT_WALKS, **faces.LATENT_CHARTS},
}
