"""What the page says about the run: its seeds, its parameters, and how to vary it."""

import dataclasses
import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.report.fake_results import Example


@pytest.mark.parametrize(
    "command",
    [
        "dvc exp run --queue -S train_vae.fact=0.5,1.5,3.0,5.0,10.0",
        "dvc queue start",
        "latentmaps compare",
        "dvc exp run -S profiles.sample.train_vae.epochs=30",
        "dvc exp run -S draw_samples.seed=1",
    ],
)
def test_the_page_explains_how_to_run_experiments(rendered: str, command: str) -> None:
    assert f'<code class="command">{command}</code>' in rendered


@pytest.mark.slow
def test_the_page_gives_the_seeds_of_the_networks(example: "Example", rendered: str) -> None:
    assert "fact 5, seed 2022</p>" in rendered
    example.change("train_vae/numbers.json", seed=7)
    example.change("train_cnn/numbers.json", seed=8)
    sentence = "fact 5, seed 2022, autoencoder trained with seed 7, CNN trained with seed 8</p>"
    text = example.render()
    assert sentence in text
    for seed in (7, 8):
        assert f"<dt>Training seed</dt><dd>{seed}</dd>" in text


@dataclasses.dataclass(frozen=True)
class Seeded:
    """A stand-in for a section of pictures with a seed."""

    seed: int | None


@pytest.mark.slow
def test_the_page_gives_the_seeds_of_pictures(pristine: "Example", rendered: str) -> None:
    names = ("draw_samples", "draw_reconstructions", "draw_latent_space")
    for seed in (None, 2022):  # null means base.seed
        sections: dict[str, Any] = {name: Seeded(seed) for name in names}
        text = pristine.render(**sections)
        assert "fact 5, seed 2022</p>" in text
    text = pristine.render(
        draw_samples=Seeded(7), draw_reconstructions=Seeded(None), draw_latent_space=Seeded(9)
    )
    sentence = "random faces with seed 7, choice of faces in latent-space sheets with seed 9</p>"
    assert f"fact 5, seed 2022, {sentence}" in text
    text = pristine.render(draw_reconstructions=Seeded(8))
    assert "seed 2022, sampled z of reconstructions with seed 8</p>" in text
    text = pristine.render(draw_oips=Seeded(7), draw_face_oips=Seeded(8))
    sentence = "encoder patterns with seed 8, OIPs of the CNN with seed 7</p>"
    assert f"seed 2022, {sentence}" in text


@pytest.mark.slow
def test_parameters_are_listed_without_what_belongs_to_the_machine(example: "Example") -> None:
    @dataclasses.dataclass(frozen=True)
    class Fetch:
        path: str = "/home/someone/pictures"
        num_faces: int | None = None
        layers: tuple[str, ...] = ("Conv2D_1", "Conv2D_2")
        is_mirrored: bool = True
        feature_net_weights: str = "/home/someone/weights.h5"

    text = example.render(fetch_faces=Fetch(), machine=Fetch())
    rows = re.findall(r"<code>(\w+\.\w+)</code></th><td><code>([^<]*)</code>", text)
    assert rows == [
        ("fetch_faces.path", "(a local folder)"),
        ("fetch_faces.num_faces", "null"),
        ("fetch_faces.layers", "[Conv2D_1, Conv2D_2]"),
        ("fetch_faces.is_mirrored", "true"),
        ("fetch_faces.feature_net_weights", "(a local file: weights.h5)"),
    ]
    assert "/home/someone" not in text
