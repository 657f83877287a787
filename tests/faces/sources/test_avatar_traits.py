import re
from collections.abc import Mapping
from itertools import chain

import dicebear
import pytest

from latentmaps.faces.sources import avatar_traits, avatars

TOPS = list(chain.from_iterable(avatar_traits.TOPS.values()))
CURATED: dict[str, list[str]] = {
    "top": TOPS,
    "eyes": list(avatar_traits.EYES),
    "eyebrows": list(avatar_traits.EYEBROWS),
    "mouth": list(avatar_traits.MOUTHS),
    "facialHair": list(avatar_traits.FACIAL_HAIR),
    "accessories": list(avatar_traits.GLASSES),
    "clothes": list(avatar_traits.CLOTHES),
}
COLORS: tuple[Mapping[str, float], ...] = (
    avatar_traits.SKIN_COLORS,
    avatar_traits.HAIR_COLORS,
    avatar_traits.CLOTH_COLORS,
    avatar_traits.GLASSES_COLORS,
    avatar_traits.BACKGROUND_COLORS,
)


# DiceBear silently accepts a misspelled name and draws nothing
@pytest.mark.parametrize("part", CURATED)
def test_every_curated_name_exists_in_the_style(part: str) -> None:
    assert set(CURATED[part]) <= set(avatars.definition()["components"][part]["variants"])


def test_every_color_has_six_hexadecimal_digits() -> None:
    for color in chain.from_iterable(COLORS):
        assert re.fullmatch("[0-9a-f]{6}", color)


@pytest.mark.slow
def test_dicebear_draws_what_was_chosen() -> None:
    style = dicebear.Style(avatars.definition())
    for index in range(40):
        traits = avatar_traits.choose(2022, index)
        drawn = dicebear.Avatar(style, avatar_traits.to_options(traits)).to_json()["options"]
        assert drawn.get("topVariant") == traits.top
        assert drawn.get("facialHairVariant") == traits.facial_hair
        assert drawn.get("accessoriesVariant") == traits.glasses
        assert drawn["mouthVariant"] == traits.mouth
        assert drawn["skinColor"] == [f"#{traits.skin_color}"]
        assert drawn["clothesColor"] == [f"#{traits.clothes_color}"]
        assert drawn.get("hairColor", [f"#{traits.hair_color}"]) == [f"#{traits.hair_color}"]


def test_traits_depend_on_seed_and_index_alone() -> None:
    assert avatar_traits.choose(1, 5) == avatar_traits.choose(1, 5)
    assert avatar_traits.choose(1, 5) != avatar_traits.choose(1, 6)
    assert avatar_traits.choose(1, 5) != avatar_traits.choose(2, 5)


@pytest.mark.slow
def test_shares_are_close_to_the_requested_ones() -> None:
    drawn = [avatar_traits.choose(3, index) for index in range(2000)]

    assert sum(t.glasses is not None for t in drawn) / 2000 == pytest.approx(0.2, abs=0.04)
    assert sum(t.facial_hair is not None for t in drawn) / 2000 == pytest.approx(0.21, abs=0.04)
    assert sum(t.top is None for t in drawn) / 2000 == pytest.approx(0.06, abs=0.03)


@pytest.mark.slow
def test_long_hair_never_goes_with_a_beard() -> None:
    for index in range(500):
        traits = avatar_traits.choose(3, index)
        assert traits.top not in avatar_traits.TOPS["long"] or traits.facial_hair is None


@pytest.mark.slow
def test_hair_can_be_seen_on_the_skin() -> None:
    for index in range(500):
        traits = avatar_traits.choose(3, index)
        hidden = avatar_traits.HIDDEN_HAIR.get(traits.skin_color, frozenset())
        assert traits.hair_color not in hidden
