"""A small network, and answers to questions about it."""

import dataclasses
from pathlib import Path

import keras
import numpy as np
import pytest

from latentmaps.cnn.network import cnn
from latentmaps.digits.dataset.digits import Digits
from latentmaps.lab import answer as answer_module
from latentmaps.lab import page, settings
from latentmaps.lab.answer import Answer
from latentmaps.lab.questions import Question
from latentmaps.lab.subjects import Subject
from latentmaps.pages import html_page
from latentmaps.params.draw_oips import DrawOips


@pytest.fixture(scope="session")
def bars() -> Digits:
    """Images of a bright bar on black, each at a different place."""
    images = np.zeros((12, 28, 28), np.uint8)
    for index, image in enumerate(images):
        image[4 + index : 7 + index, 5:20] = 255
    labels = np.arange(12, dtype=np.uint8) % 10
    return Digits(images[:6], labels[:6], images[6:], labels[6:])


@pytest.fixture(scope="session")
def short() -> DrawOips:
    """A short search."""
    changes = {"num_steps": 12, "num_starts": 2, "num_candidates": 16, "num_snapshots": 4}
    return settings.change(settings.defaults((28, 28, 1)), changes)


@pytest.fixture(scope="session")
def subject(bars: Digits) -> Subject:
    """An untrained CNN of two convolutions with 8 maps each, and digits for it."""
    return Subject("a CNN", cnn.build_cnn(cnn.Architecture((8, 8), 8), seed=1), digits=bars)


@pytest.fixture(scope="session")
def color_model() -> keras.Model:
    """An untrained network that reads colors, 12x10 pixels."""
    keras.utils.set_random_seed(3)
    inputs = keras.Input((12, 10, 3))
    maps = keras.layers.Conv2D(4, 3, activation="relu", name="maps")(inputs)
    maps = keras.layers.Conv2D(4, 3, strides=2, padding="same", name="linear")(maps)
    return keras.Model(inputs, keras.layers.Dense(2, name="out")(keras.layers.Flatten()(maps)))


@pytest.fixture(scope="session")
def answer(subject: Subject, short: DrawOips) -> Answer:
    """OIPs of two feature maps of the small CNN, found as in draw_oips."""
    question = Question("Conv2D_2", [3, 5], short, seed=1)
    command = "latentmaps oip Conv2D_2 3 5"
    return answer_module.ask(subject, question, command=command, jit_compile=False)


@pytest.fixture(scope="session")
def silent_answer(subject: Subject, short: DrawOips) -> Answer:
    """An OIP from two named starts, the first of which does not excite the map."""
    model = cnn.build_cnn(cnn.Architecture((8, 8), 8), seed=1)
    kernel, bias = model.get_layer("Conv2D_2").get_weights()
    model.get_layer("Conv2D_2").set_weights([kernel, bias - 0.7])
    starts = ["noise", "coarse"]
    question = Question("Conv2D_2", [3], short, seed=1, starts=starts)
    less_excitable = dataclasses.replace(subject, model=model)
    return answer_module.ask(less_excitable, question, command="latentmaps oip", jit_compile=False)


@pytest.fixture
def answer_page(answer: Answer, tmp_path: Path) -> Path:
    path = tmp_path / "answer.html"
    html_page.write(page.render(answer), path)
    return path
