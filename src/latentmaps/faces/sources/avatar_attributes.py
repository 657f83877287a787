"""CelebA attributes of an avatar, derived from the options that DiceBear reports.

The sets below were chosen by inspecting enlarged pictures of each variant.
"""

from collections.abc import Mapping
from typing import Any

# hair whose ends are on the forehead; straight01 and straight02 are swept aside
BANGS = {"bob", "miaWallace", "straightAndStrand"}
HATS = {"hat", "winterHat03", "winterHat1"}
SMILES = {"twinkle", "smile", "default"}
# the others, twinkle and serious, are lines
OPEN_MOUTHS = {"smile", "default", "disbelief"}
BEARDS = {"beardLight", "beardMedium"}

BLACK = {"#2c1b18"}
BROWN = {"#4a312c", "#724133", "#a55728"}
BLOND = {"#b58143", "#d6b370"}
GRAY = {"#e8e1e1"}
PALE = {"#ffdbb4"}


def attributes(options: Mapping[str, Any]) -> dict[str, bool]:
    """Return an avatar's attributes under CelebA's names, in CelebA's order.

    Args:
        options: the options in DiceBear's ``Avatar.to_json()``: resolved names such as
            `topVariant`, and colors as lists of length 1. Parts that are not drawn have no key; nor
            does the hair color under a hat.
    """
    top = options.get("topVariant")
    hair = _colors(options, "hairColor") if top is not None else set()
    return {
        "Bald": top is None,
        "Bangs": top in BANGS,
        "Black_Hair": bool(hair & BLACK),
        "Blond_Hair": bool(hair & BLOND),
        "Brown_Hair": bool(hair & BROWN),
        "Eyeglasses": "accessoriesVariant" in options,
        "Gray_Hair": bool(hair & GRAY),
        "Mouth_Slightly_Open": options["mouthVariant"] in OPEN_MOUTHS,
        # every beard of the style comes with a mustache, and a mustache alone is not a beard
        "Mustache": "facialHairVariant" in options,
        "No_Beard": options.get("facialHairVariant") not in BEARDS,
        "Pale_Skin": bool(_colors(options, "skinColor") & PALE),
        "Smiling": options["mouthVariant"] in SMILES,
        "Wearing_Hat": top in HATS,
    }


def _colors(options: Mapping[str, Any], name: str) -> set[str]:
    return set(options.get(name, []))
