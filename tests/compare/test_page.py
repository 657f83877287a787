import base64
import hashlib
import html
import re

import pytest
from tests import remembering
from tests.compare.example_experiments import SAMPLERS, make_experiment, make_strips, make_sweep
from tests.compare.example_sweeps import judged, trade_off

from latentmaps.compare import page
from latentmaps.compare.experiment import Experiment, Problem
from latentmaps.errors import DataError


def words(text: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", "", text)))


@pytest.mark.slow
def test_equal_experiments_in_another_order_give_equal_text() -> None:
    experiments = make_sweep()
    with remembering.afresh():
        assert page.render(experiments, {}) == page.render(experiments[::-1], {})


@pytest.mark.slow
def test_equal_test_faces_are_shown_once() -> None:
    text = page.render(make_sweep(), {})
    assert text.count("The test faces of all rows") == 1
    assert text.count("Reconstructions of the test faces by") == 5
    other = make_experiment("other", 4.0, strips=make_strips(4.0, faces=1))
    text = page.render([*make_sweep(), other], {})
    assert "The test faces of all rows" not in text
    assert text.count("Test faces, and below each its reconstruction") == 6


@pytest.mark.slow
def test_differing_parameters_are_marked_and_shared_ones_are_not_shown() -> None:
    text = page.render(
        [make_experiment("a", 3.0), make_experiment("b", 5.0, **{"train_vae.epochs": 30})], {}
    )
    assert "<dt>train_vae.epochs</dt><dd><mark>11</mark></dd>" in text
    assert "<dt>train_vae.epochs</dt><dd><mark>30</mark></dd>" in text
    assert "train_vae.latent_dim</dt>" not in text


@pytest.mark.slow
def test_experiments_left_out_are_named_with_reason_and_command() -> None:
    lost = Experiment("lost", state="failed", problems=[Problem("failed", "dvc queue logs lost")])
    half = make_experiment(
        "half", 7.0, strips={}, problems=[Problem("strip.png is missing", "dvc repro")]
    )
    text = page.render([*make_sweep(), lost, half], {})
    assert "lost, fact unknown: left out failed. dvc queue logs lost" in words(text)
    assert "half, fact 7: shown as far as possible strip.png is missing. dvc repro" in words(text)
    assert text.count("No picture: see") == 1 + len(SAMPLERS)
    assert 'id="incomplete"' not in page.render(make_sweep(), {})


@pytest.mark.slow
def test_a_command_that_solves_several_problems_is_shown_once() -> None:
    problems = [Problem(f"{name} is missing", "dvc repro") for name in ("strip.png", "index.html")]
    half = make_experiment("half", 7.0, strips={}, problems=problems)
    text = words(page.render([*make_sweep(), half], {}))
    assert "strip.png is missing. index.html is missing. dvc repro" in text


@pytest.mark.slow
def test_the_title_counts_one_experiment_in_the_singular() -> None:
    text = page.render([make_experiment("a", 3.0)], {})
    assert "<title>latentmaps: 1 experiment, fact 3</title>" in text
    assert "<title>latentmaps: 5 experiments, fact 0.5 to 10</title>" in page.render(
        make_sweep(), {}
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("names", "command"),
    [
        (["HEAD"], "dvc plots diff HEAD workspace"),
        (["workspace"], "dvc plots diff HEAD workspace"),
        (["slow-tree"], "dvc plots diff HEAD slow-tree"),
        (["slow-tree", "fast-leaf", "main"], "dvc plots diff slow-tree main"),
        (["twice", "twice"], "dvc plots diff 1111111 2222222"),
        (["odd;name", "b"], "dvc plots diff 'odd;name' b"),
    ],
)
def test_the_plots_command_names_two_different_experiments(names: list[str], command: str) -> None:
    experiments = [
        make_experiment(name, fact, revision=f"{fact:.0f}" * 7)
        for fact, name in enumerate(names, 1)
    ]
    assert command in html.unescape(page.render(experiments, {}))


def test_nothing_to_compare_is_an_error_that_says_why() -> None:
    lost = Experiment("lost", state="failed", problems=[Problem("failed", "dvc queue logs lost")])
    with pytest.raises(DataError, match="nothing to compare: lost: failed - dvc queue logs lost"):
        page.render([lost], {})


@pytest.mark.slow
def test_the_policy_allows_the_script_and_no_other() -> None:
    text = page.render(make_sweep(), {})
    [script] = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    found = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{found}'\"" in text


def test_a_name_is_never_markup() -> None:
    text = page.render([make_experiment("<script>alert(1)</script>", 3.0)], {})
    assert text.count("<script>") == 1


@pytest.mark.slow
def test_every_id_is_unique_and_every_anchor_has_a_target() -> None:
    half = make_experiment("half", 7.0, strips={}, problems=[Problem("missing")])
    text = page.render([*make_sweep(), half], {})
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert sorted(ids) == sorted(set(ids))
    anchors = re.findall(
        r'(?:href="#|popovertarget="|aria-describedby="|aria-labelledby="| for=")([^"]+)"', text
    )
    assert set(anchors) <= set(ids)
    assert "http" not in re.sub(r"http://www.w3.org/\S+|http-equiv", "", text)


@pytest.mark.slow
def test_every_picture_says_what_it_shows() -> None:
    text = page.render(make_sweep(), {})
    alts = re.findall(r'<img [^>]*alt="([^"]*)"', text)
    assert len(alts) == len(set(alts)) == 1 + 5 * (1 + len(SAMPLERS))
    assert "Random faces of run-3 (fact 3), sampler Gaussian" in alts


@pytest.mark.slow
def test_faces_of_persons_come_with_a_warning() -> None:
    assert "Do not share" not in page.render(make_sweep(), {})
    text = page.render([make_experiment("a", 3.0, **{"fetch_faces.source": "celeba"})], {})
    assert "Do not share" in text


@pytest.mark.slow
def test_the_answer_is_at_the_top_with_its_evidence_below() -> None:
    text = page.render(trade_off(), {})
    top = words(text[: text.index("<main")])
    assert "How large must fact be? This sweep supports fact 1, 3. The evidence" in top
    section = text[text.index('id="answer"') : text.index('id="faces"')]
    cells = re.findall(r'<b class="verdict is-([a-z-]+)">', section)
    assert len(cells) == 4 * 5
    assert "Judged: 1 - MSE / (diversity of the test faces^2 / 2)" in words(section)
    assert "dvc exp run" not in section


@pytest.mark.slow
def test_without_seeds_the_page_says_how_to_add_them() -> None:
    text = words(page.render(make_sweep(), {}))
    assert "The spread over seeds is unknown for any value" in text
    assert "-S train_vae.seed=1,2 dvc queue start" in text


@pytest.mark.slow
def test_without_an_answer_the_page_says_why_and_judges_nothing() -> None:
    text = page.render([*trade_off(), judged(3.0, name="b", **{"train_vae.epochs": 3})], {})
    assert "How large must fact be? No answer: more than one parameter differs" in words(text)
    assert 'id="answer"' not in text
    assert "#answer" not in re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)
    assert 'class="verdict' not in text


@pytest.mark.slow
def test_one_experiment_has_no_answer_and_a_command() -> None:
    text = words(page.render([make_experiment("a", 3.0)], {}))
    assert "No answer: found one experiment, but a sweep needs at least two values." in text
    assert "A sweep over fact provides them: dvc exp run --queue" in text


@pytest.mark.slow
def test_further_seeds_are_collapsed_below_the_first_one() -> None:
    text = page.render(trade_off(), {})
    assert text.count('<article class="experiment"') == 12
    assert words(text).count("2 more runs with this value") == 4
    folded = re.findall(r'<details class="seeds">(.*?)</details>', text, re.DOTALL)
    assert [details.count("<article") for details in folded] == [2] * 4
    assert "more run" not in page.render(make_sweep(), {})


@pytest.mark.slow
def test_means_come_first_and_single_numbers_are_collapsed() -> None:
    text = page.render(trade_off(), {})
    assert text.index('id="scores-groups"') < text.index('id="scores-training"')
    summary = "<summary>End of training, on the validation part"
    assert summary in text
    single = page.render(make_sweep(), {})
    assert summary not in single
    assert "scores-groups" not in single
