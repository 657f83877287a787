"""The content of the page of an answer."""

import dataclasses
import re

import numpy as np

from latentmaps.lab import page, page_units
from latentmaps.lab.answer import Answer
from latentmaps.lab.tiles import choose_tiles
from latentmaps.oips import page_pictures


def test_the_same_answer_gives_the_same_page(answer: Answer) -> None:
    assert page.render(answer) == page.render(answer)


def test_every_start_of_every_unit_has_a_card(answer: Answer) -> None:
    text = page.render(answer)
    assert re.findall(r'<article id="([^"]+)"', text) == ["Conv2D_2-3", "Conv2D_2-5"]
    assert text.count("<section") == 6
    assert text.count('class="winner"') == 2
    assert re.findall(r'<li><a href="#([^"]+)"', text) == ["Conv2D_2-3", "Conv2D_2-5"]
    assert "<code>latentmaps oip Conv2D_2 3 5</code>" in text


def test_one_unit_needs_no_list_of_links(answer: Answer) -> None:
    alone = dataclasses.replace(answer, units=answer.units[:1])
    assert "<nav" not in page.render(alone)


def test_captions_give_step_activation_and_relative_change(answer: Answer) -> None:
    unit = answer.units[0]
    card = page_units.view(answer, 0, choose_tiles(answer)).cards[0]
    words = [picture.words[0] for picture in card.snapshots]
    assert words[0] == f"start: {unit.curves[0, 0]:.3g}"
    place = page_units.shown_steps(unit, 0)[0]
    step = unit.snapshot_steps[place]
    change = unit.relative_change(0, step)
    assert words[1] == f"step {step}: {unit.curves[0, step]:.3g} (relative change {change:.3f})"
    assert words[-1].startswith(f"end, step {page_units.best_step(unit, 0)}: ")
    assert f"{unit.activations[0]:.3g}" in words[-1]


def test_steps_after_the_end_are_not_shown(answer: Answer) -> None:
    for unit in answer.units:
        for start in range(len(unit.kinds)):
            last = page_units.best_step(unit, start)
            assert np.isclose(unit.curves[start, last], unit.activations[start], rtol=1e-5)
            shown = [unit.snapshot_steps[place] for place in page_units.shown_steps(unit, start)]
            assert shown == [step for step in unit.snapshot_steps if 0 < step < last]


def test_ends_are_grouped_into_optima(answer: Answer) -> None:
    unit = dataclasses.replace(
        answer.units[0],
        activations=np.array([1, 3, 2], np.float32),
        optima=np.array([1, 0, 1]),
    )
    assert list(page_units.list_optima(unit)) == [(1, [1]), (2, [2, 0])]
    changed = dataclasses.replace(answer, units=[unit])
    words = [
        optimum.words[0] for optimum in page_units.view(changed, 0, choose_tiles(changed)).optima
    ]
    assert words == ["optimum 1: start 2 (3)", "optimum 2: starts 1, 3 (2)"]


def test_a_silent_start_says_so_and_belongs_to_no_optimum(silent_answer: Answer) -> None:
    unit = silent_answer.units[0]
    assert unit.curves[0, 0] == 0 < unit.curves[1, 0]
    view = page_units.view(silent_answer, 0, choose_tiles(silent_answer))
    assert view.cards[0].end == "does not excite the map, so there is no gradient"
    assert [picture.words for picture in view.cards[0].snapshots] == [["start: 0"]]
    assert view.cards[0].curve == ""
    assert [members for _, members in page_units.list_optima(unit)] == [[1]]
    assert "Only the\n  named starts were used" in page.render(silent_answer)


def test_a_unit_that_no_start_excites_has_no_oip(silent_answer: Answer) -> None:
    unit = silent_answer.units[0]
    never_excited = dataclasses.replace(unit, activations=np.zeros(2, np.float32))
    changed = dataclasses.replace(silent_answer, units=[never_excited])
    view = page_units.view(changed, 0, choose_tiles(changed))
    assert view.oip is None
    assert view.verdict[0].startswith("None of these starts excites map 3")
    assert "<figcaption>OIP" not in page.render(changed)


def test_the_sentence_compares_with_the_strongest_digit(answer: Answer) -> None:
    assert answer.strongest is not None
    verdict = " ".join(page_units.view(answer, 0, choose_tiles(answer)).verdict)
    unit = answer.units[0]
    times = unit.activation / answer.strongest.activations[0, 0]
    assert f"more than any other result: {unit.activation:.3g} (the mean of the map" in verdict
    assert f"That is {times:.1f} times the activation of the strongest test digit, a " in verdict
    without = dataclasses.replace(answer, strongest=None)
    assert "digit" not in " ".join(page_units.view(without, 0, choose_tiles(without)).verdict)


def test_a_head_start_is_called_one(answer: Answer) -> None:
    cards = page_units.view(answer, 0, choose_tiles(answer)).cards
    assert cards[-1].kind == "head start, the OIP with pixels in range"
    assert not any("head start" in card.kind for card in cards[:-1])


def test_text_from_the_user_is_escaped(silent_answer: Answer) -> None:
    kinds = ["<b>noise", "coarse"]
    unit = dataclasses.replace(silent_answer.units[0], kinds=kinds)
    changed = dataclasses.replace(silent_answer, units=[unit], command="<script>")
    text = page.render(changed)
    assert "<b>noise" not in text
    assert "<script" not in text


def test_numeric_settings_are_not_shown_as_yes_or_no(answer: Answer) -> None:
    text = page.render(answer)
    for name, words in {
        "step_size": "1.0",
        "jitter": "0",
        "seed": "1",
        "head_start": "yes",
    }.items():
        assert f"<dt>{name}</dt><dd>{words}</dd>" in text


def test_the_activation_is_under_the_picture(answer: Answer) -> None:
    text = page.render(answer)
    for unit in answer.units:
        assert f"<figcaption>OIP: activation {unit.activation:.3g}</figcaption>" in text


def test_a_start_from_a_digit_or_file_is_described_in_words(silent_answer: Answer) -> None:
    unit = dataclasses.replace(silent_answer.units[0], kinds=["digit:4", "my4.png"])
    words = [page_units.kind_words(silent_answer, unit, start) for start in range(2)]
    assert words == ["digit:4, the first 4 of the training digits", "my4.png"]


def test_the_curve_of_a_unit_below_0_stays_within_its_axes(silent_answer: Answer) -> None:
    svg = page_pictures.draw_curve(
        {"start 1": np.array([-2, -1, 4], np.float32)}, None, title="below 0"
    )
    [path] = re.findall(r'class="first" d="M([^"]+)"', svg)
    heights = [float(point.split()[1]) for point in path.split("L")]
    assert heights == [90, 77.3, 14]
    assert ">-2</text>" in svg


def test_the_page_explains_why_a_higher_end_is_not_the_oip(
    answer: Answer, silent_answer: Answer
) -> None:
    unit = dataclasses.replace(
        answer.units[0], activations=np.array([1, 3, 3.1], np.float32), winner=1
    )
    changed = dataclasses.replace(answer, units=[unit])
    verdict = page_units.view(changed, 0, choose_tiles(changed)).verdict
    assert verdict[0].startswith("This picture excites map 3 of Conv2D_2: 3 (")
    assert verdict[-2] == (
        "Start 3 reached 3.1, but a head start wins only if it reaches 5% more than every start "
        "from noise."
    )
    unit = dataclasses.replace(
        silent_answer.units[0], activations=np.array([1, 3], np.float32), winner=0
    )
    changed = dataclasses.replace(silent_answer, units=[unit])
    verdict = page_units.view(changed, 0, choose_tiles(changed)).verdict
    assert verdict[-2] == (
        "Start 2 reached 3, but its final image is less smooth, and --smoothness penalizes that."
    )


def test_a_race_is_explained_if_there_was_one(answer: Answer) -> None:
    params = answer.question.params
    raced = dataclasses.replace(params, num_starts=24, num_finalists=3, race_steps=2)
    question = dataclasses.replace(answer.question, params=raced, starts=None)
    held = dataclasses.replace(answer, question=question)
    assert "24 random starts took" in page.render(held)
    assert "a race:" in page.render(held)
    assert "a race:" not in page.render(answer)


def test_the_oip_is_named_with_its_activation(answer: Answer) -> None:
    assert f"OIP: activation {answer.units[0].activation:.3g}<" in page.render(answer)
