"""OIPs found from the starts of the stage and from named ones."""

import dataclasses

import keras
import numpy as np
import pytest
from tests.vae.example_vae import small_vae

from latentmaps.digits.dataset.digits import Digits
from latentmaps.errors import DataError
from latentmaps.lab import finding, questions, settings, subjects
from latentmaps.lab.answer import Answer
from latentmaps.lab.questions import Question
from latentmaps.lab.start_specs import ImageStart, Start
from latentmaps.lab.subjects import Subject
from latentmaps.oips import cnn_layers, search
from latentmaps.params.draw_oips import DrawOips


@pytest.mark.slow
def test_the_stage_finds_the_same(answer: Answer, subject: Subject, short: DrawOips) -> None:
    digits = subject.digits
    assert digits is not None
    found = search.find_oips(
        cnn_layers.up_to(subject.model, "Conv2D_2"),
        digits,
        short,
        seed=1,
        jit_compile=False,
        chunk_size=64,
    )
    for unit in answer.units:
        np.testing.assert_array_equal(unit.oip[..., 0], found.free.images[unit.unit])
        assert unit.activation == found.free.activations[unit.unit]
        assert unit.kinds[-1] == "in range"


@pytest.mark.slow
def test_named_starts_are_used_alone(subject: Subject, short: DrawOips, bars: Digits) -> None:
    starts: list[Start] = [ImageStart("a bar", bars.train_images[0]), "coarse", "coarse"]
    [unit] = finding.find(subject, Question("Conv2D_2", [3], short, 1, starts=starts))
    assert list(unit.kinds) == ["a bar", "coarse", "coarse"]
    assert not np.array_equal(unit.starts[1], unit.starts[2])
    excited = unit.curves[:, 0] > 0
    assert excited.any()
    assert (unit.activations[excited] > unit.curves[excited, 0]).all()


@pytest.mark.slow
@pytest.mark.parametrize("objective", ["mean", "max", "position"])
def test_every_objective_of_maps_is_maximized(
    objective: str, subject: Subject, short: DrawOips
) -> None:
    question = Question("Conv2D_2", [3, 5], short, 1, objective, starts=["scales"])
    for unit in finding.find(subject, question):
        assert unit.objective_name == objective
        # the second 3x3 convolution, after a pooling of 2, sees 8 pixels
        assert unit.oip.shape == ((8, 8, 1) if objective == "position" else (28, 28, 1))
        assert unit.activation > unit.curves[unit.winner, 0]


@pytest.mark.slow
def test_oips_of_a_network_for_colors_stay_in_its_pixel_range(short: DrawOips) -> None:
    subject = Subject("an encoder", small_vae().encoder, (0.0, 1.0))
    [unit] = finding.find(subject, Question("z_mean", [0], short, 1))
    assert unit.oip.shape == (16, 16, 3)
    assert 0 <= unit.oip.min() < unit.oip.max() <= 1
    with pytest.raises(DataError, match=r"^--range: found free, expected data, because an enc"):
        finding.find(subject, Question("z_mean", [0], short, 1, pixels="free"))


@pytest.mark.slow
def test_free_pixels_are_standardized_and_named_ones_kept(color_model: keras.Model) -> None:
    subject = subjects.from_model(color_model)
    params = settings.change(settings.defaults((12, 10, 3)), {"num_steps": 9, "num_candidates": 16})
    [free] = finding.find(subject, Question("linear", [1], params, 1))
    np.testing.assert_allclose(free.oip.std(), 1, rtol=1e-4)
    [kept] = finding.find(subject, Question("linear", [1], params, 1, pixels=(-2.0, 0.5)))
    assert -2 <= kept.oip.min() < kept.oip.max() <= 0.5
    [wide] = finding.find(subject, Question("linear", [1], params, 1, pixels=(0.0, 255.0)))
    assert wide.starts.mean() == pytest.approx(127, abs=10)
    assert wide.starts.std() > 30
    # the first step spans a quarter of the range, and a linear map is largest at its limits
    assert ((wide.oip < 1) | (wide.oip > 254)).mean() > 0.5
    with pytest.raises(DataError, match=r"^--range: found data, expected free or two numbers"):
        finding.find(subject, Question("linear", [1], params, 1, pixels="data"))


@pytest.mark.slow
def test_named_length_scales_must_fit_and_default_ones_adapt(color_model: keras.Model) -> None:
    subject = subjects.from_model(color_model)
    changes = {"num_steps": 3, "length_scales": (3, 14), "length_weights": (1, 1)}
    params = settings.change(settings.defaults((28, 28, 1)), changes)
    question = Question("maps", [1], params, 1, starts=["scales"])
    assert finding.find(subject, question)[0].oip.shape == (12, 10, 3)
    with pytest.raises(
        DataError, match=r"^length scales: found a grid of 14x14 points, expected at"
    ):
        finding.find(subject, dataclasses.replace(question, has_custom_scales=True))


def test_settings_adapt_to_the_size_of_the_images_of_the_ascent() -> None:
    question = Question("maps", [1], settings.defaults((28, 28, 1)), 1)
    assert questions.effective_params(question, (28, 28, 1)) == question.params
    small = questions.effective_params(question, (8, 8, 1))
    assert small.length_scales == ((1, 1), (2, 2), (4, 4), (8, 8))
    assert small.num_candidates == 1024
    assert questions.effective_params(question, (56, 56, 1)).num_candidates == 256
    assert questions.effective_params(question, (224, 224, 3)).num_candidates == 64
    own = dataclasses.replace(question, has_custom_scales=True)
    assert questions.effective_params(own, (8, 8, 1)).length_scales == question.params.length_scales


def test_a_layer_that_no_gradient_reaches_is_refused(short: DrawOips) -> None:
    inputs = keras.Input((12, 10, 1))
    rounded = keras.ops.cast(keras.ops.cast(inputs, "int32"), "float32")
    model = keras.Model(inputs, keras.layers.Conv2D(2, 3, name="maps")(rounded))
    question = Question("maps", [0], settings.defaults((12, 10, 1)), 1)
    with pytest.raises(DataError, match=r"^layer maps: the gradient does not reach the image"):
        finding.find(subjects.from_model(model), question)
