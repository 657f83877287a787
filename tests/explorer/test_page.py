import re

import pytest
from tests.explorer import example
from tests.portable import architectures
from tests.vae.network.test_vae import source

from latentmaps.explorer import packing, page
from latentmaps.pages import html_page
from latentmaps.portable import folding
from latentmaps.vae.network import vae


@pytest.fixture(autouse=True)
def stubs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_page, "environment", example.stub_environment)


def text_of(html: str) -> str:
    without_scripts = re.sub(r"<(script|style)\b.*?</\1>", "", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", "", without_scripts).split())


def rendered(*, shows_people: bool = False, are_digits: bool = False) -> str:
    return page.render(example.parts(), shows_people=shows_people, are_digits=are_digits)


@pytest.mark.slow
def test_equal_networks_give_equal_bytes() -> None:
    assert rendered() == rendered()


@pytest.mark.slow
def test_faces_of_real_people_come_with_a_notice() -> None:
    assert "This network was trained on photographs of people." not in rendered()
    text = text_of(rendered(shows_people=True))
    assert "This network was trained on photographs of people." in text
    assert "CelebA is for non-commercial research only and must not be redistributed" in text


@pytest.mark.slow
def test_a_page_of_digits_speaks_of_images() -> None:
    text = text_of(rendered(are_digits=True))
    assert "Images" in text
    assert "ace" not in re.sub(r"\b(place|trace|space)", "", text)
    assert 'id="faces"' in rendered(are_digits=True)
    assert 'whenOpened("faces"' in rendered(are_digits=True)


@pytest.mark.slow
def test_the_page_says_how_weights_are_stored_and_what_that_changes() -> None:
    text = text_of(rendered())
    assert re.search(
        r"Weights of the decoder: float16\. Over 4 faces, this changes no pixel by more than "
        r"0\.\d+ of 255 levels, and the average pixel by 0\.\d+\.",
        text,
    )
    assert "Weights of the CNN: float32, exactly as trained." in text


@pytest.mark.slow
def test_the_policy_of_the_page_allows_its_own_scripts_and_nothing_from_outside() -> None:
    html = rendered()
    [policy] = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    assert len(scripts) == 3
    for script in scripts:
        assert html_page.source_hash(script) in policy
    assert policy.startswith("default-src 'none';")
    assert "http" not in policy


@pytest.mark.slow
def test_the_page_of_the_sample_has_room_for_its_data() -> None:
    """With the networks of params.yaml, more than 1 of 9 MB is left for faces and digits."""
    model = architectures.randomize(vae.build_decoder(source()))
    decoder = folding.to_plain(model, output_activation="sigmoid")
    inputs = architectures.inputs_of(decoder)
    sizes = [
        len(packing.pack_small(decoder, inputs, max_difference=limit).weights) for limit in (200, 8)
    ]
    cnn = example.plain_cnn(filters=(32, 64, 128), dense_units=100)
    assert sizes[0] < 3.8e6
    assert sizes[1] + len(packing.pack(cnn).weights) < 7.9e6
