from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.vae.example_vae import ORIGIN, small_vae, task

from latentmaps.cnn.network import cnn
from latentmaps.cnn.training import cnn_card
from latentmaps.errors import DataError
from latentmaps.training import model_card
from latentmaps.vae.network.vae_files import Origin
from latentmaps.vae.training import training_results, vae_card, vae_training


@pytest.fixture(scope="module")
def vae_numbers() -> dict[str, Any]:
    """The numbers of a VAE after one epoch."""
    model, trained = vae_training.train(task(epochs=1), devices=vae_training.Devices())
    return training_results.final_numbers(model, trained, entropy_per_dim=0.5)


@pytest.mark.slow
def test_the_card_of_a_vae_states_data_numbers_and_limits(
    tmp_path: Path, vae_numbers: dict[str, Any]
) -> None:
    vae_card.write(tmp_path, small_vae(), vae_numbers, source="celeba")
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    for part in (
        "fact 5, 2 epochs on 1,600 images, seed 1",
        "images of 16x16 pixels and 3 channels",
        f"| val_bce_per_dim | {vae_numbers['val_bce_per_dim']:.6g} |",
        "non-commercial research only",
        "## Limits",
        "## Memorization and bias",
    ):
        assert part in text
    assert "corrupted" not in text
    assert "convolutions with 4, 6 feature maps, leaky_relu" in text
    assert "The dense layers next to the latent space have " in text
    assert "| encoder | convolution_1 | 8x8x4 | 108 |" in text
    assert "| decoder | logits_bias | 16x16x3 | 3 |" in text


@pytest.mark.slow
def test_the_card_of_a_vae_with_a_custom_decoder_lists_its_maps(
    tmp_path: Path, vae_numbers: dict[str, Any]
) -> None:
    vae_card.write(tmp_path, small_vae(decoder_filters=(7, 5)), vae_numbers, source="avatars")
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "convolutions with 4, 6 feature maps\n  (decoder: 7, 5), leaky_relu" in text


@pytest.mark.slow
def test_the_card_of_a_denoising_vae_says_so(tmp_path: Path, vae_numbers: dict[str, Any]) -> None:
    saved = replace(small_vae(), origin=replace(ORIGIN, corruption="noise"))
    vae_card.write(tmp_path, saved, vae_numbers, source="avatars")
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "The training inputs were corrupted (noise)" in text


def test_the_card_of_a_cnn_names_its_worst_digit(tmp_path: Path) -> None:
    metrics = {
        "num_parameters": 12345,
        "layers": [
            {
                "network": "CNN",
                "layer": "Conv2D_1",
                "output_shape": "26x26x4",
                "weights": 1234,
                "share": 0.1,
            }
        ],
        "dense_share": 0.55,
        "num_train": 9000,
        "num_validation": 1000,
        "num_test": 2000,
        "test_accuracy": 0.9876,
        "test_accuracy_per_digit": {"0": 0.99, "8": 0.95},
    }
    cnn_card.write(tmp_path, cnn.Architecture((4, 5), 6), metrics)
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "| worst digit | 8: 95.00% |" in text
    assert "12,345 parameters" in text
    assert "after the convolutions have 55% of all weights." in text
    assert "| CNN | Conv2D_1 | 26x26x4 | 1,234 | 10.00% |\n\n## Data" in text
    assert header(tmp_path) == {
        "library_name": "keras",
        "license": "apache-2.0",
        "datasets": ["ylecun/mnist"],
        "pipeline_tag": "image-classification",
        "tags": ["cnn", "mnist", "feature-visualization"],
    }
    assert model_card.read_license(tmp_path) == {"license": "apache-2.0"}


def header(folder: Path) -> Any:
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert text.startswith("---\n")
    return yaml.safe_load(text.split("---\n")[1])


STARTED = replace(ORIGIN, initial_weights={"encoder.weights.h5": "ab", "decoder.weights.h5": "cd"})


@pytest.mark.parametrize(
    ("source", "origin", "expected", "sentence"),
    [
        ("avatars", ORIGIN, {"license": "apache-2.0"}, "No person is shown: the faces are drawn."),
        ("digits", ORIGIN, {"license": "apache-2.0"}, "No person is shown: the pictures are digi"),
        (
            "celeba",
            ORIGIN,
            {
                "license": "other",
                "license_name": "celeba-non-commercial-research-only",
                "license_link": "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html",
            },
            "The faces are from CelebA: for non-commercial research only",
        ),
        ("folder", ORIGIN, {"license": "unknown"}, "If the faces show people"),
        ("avatars", STARTED, {"license": "unknown"}, "Training started from trained weights"),
    ],
)
def test_the_header_of_a_card_has_the_license_of_the_faces(
    source: str, origin: Origin, expected: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    metrics = {"num_parameters": 1, "dense_share": 0.5, "epoch": 1, "layers": []}
    vae_card.write(tmp_path, replace(small_vae(), origin=origin), metrics, source=source)
    assert model_card.read_license(tmp_path) == expected
    values = header(tmp_path)
    assert values["library_name"] == "keras"
    assert values["pipeline_tag"] == "unconditional-image-generation"
    assert (source in values["tags"]) is (source != "folder")
    assert values.get("datasets") == (["ylecun/mnist"] if source == "digits" else None)
    assert sentence in (tmp_path / "README.md").read_text(encoding="utf-8")


def test_without_a_card_or_with_an_older_one_the_license_is_unknown(tmp_path: Path) -> None:
    assert model_card.read_license(tmp_path) == {"license": "unknown"}
    (tmp_path / "README.md").write_text("# CNN\n\n---\n", encoding="utf-8")
    assert model_card.read_license(tmp_path) == {"license": "unknown"}


@pytest.mark.parametrize(
    "text", ["license: [", "tags: [a]", "license: 5", "- a", "license: other", "license_name: a"]
)
def test_a_header_without_a_license_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(f"---\n{text}\n---\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"README.md: no license between the first two lines of"):
        model_card.read_license(tmp_path)
