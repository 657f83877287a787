from typing import Any

import pytest

from latentmaps.faces.sources import avatar_attributes, avatar_traits


def _true(**drawn: Any) -> set[str]:
    shown = {"mouthVariant": "serious", "skinColor": ["#614335"], **drawn}
    return {name for name, is_true in avatar_attributes.attributes(shown).items() if is_true}


def test_a_bald_head_has_no_hair_color() -> None:
    assert _true(hairColor=["#2c1b18"]) == {"Bald", "No_Beard"}


@pytest.mark.parametrize(
    ("color", "attribute"),
    [
        ("#2c1b18", "Black_Hair"),
        ("#a55728", "Brown_Hair"),
        ("#d6b370", "Blond_Hair"),
        ("#e8e1e1", "Gray_Hair"),
    ],
)
def test_a_hair_color_has_one_name(color: str, attribute: str) -> None:
    assert _true(topVariant="bun", hairColor=[color]) == {attribute, "No_Beard"}


def test_a_hat_hides_the_hair() -> None:
    assert _true(topVariant="hat", hatColor=["#262e33"]) == {"Wearing_Hat", "No_Beard"}


def test_a_mustache_alone_is_not_a_beard() -> None:
    assert _true(topVariant="hat", facialHairVariant="moustacheFancy") == {
        "Wearing_Hat",
        "Mustache",
        "No_Beard",
    }


def test_a_beard_includes_a_mustache() -> None:
    assert _true(topVariant="hat", facialHairVariant="beardLight") == {"Wearing_Hat", "Mustache"}


@pytest.mark.parametrize(
    ("mouth", "expected"),
    [
        ("smile", {"Smiling", "Mouth_Slightly_Open"}),
        ("twinkle", {"Smiling"}),
        ("disbelief", {"Mouth_Slightly_Open"}),
        ("serious", set()),
    ],
)
def test_a_mouth_smiles_and_is_open_as_on_the_pictures(mouth: str, expected: set[str]) -> None:
    assert _true(mouthVariant=mouth) & {"Smiling", "Mouth_Slightly_Open"} == expected


def test_glasses_bangs_and_pale_skin_have_their_names() -> None:
    found = _true(topVariant="bob", accessoriesVariant="round", skinColor=["#ffdbb4"])

    assert {"Eyeglasses", "Bangs", "Pale_Skin"} <= found


def test_every_hair_color_that_is_drawn_has_a_name() -> None:
    for color in avatar_traits.HAIR_COLORS:
        assert _true(topVariant="bun", hairColor=[f"#{color}"]) & {
            "Black_Hair",
            "Brown_Hair",
            "Blond_Hair",
            "Gray_Hair",
        }


def test_every_variant_with_a_meaning_is_drawn() -> None:
    tops = {top for group in avatar_traits.TOPS.values() for top in group}
    assert tops >= avatar_attributes.BANGS
    assert set(avatar_traits.TOPS["hat"]) == avatar_attributes.HATS
    mouths = set(avatar_traits.MOUTHS)
    assert mouths >= avatar_attributes.SMILES | avatar_attributes.OPEN_MOUTHS
    assert set(avatar_traits.FACIAL_HAIR) >= avatar_attributes.BEARDS
