"""CelebA attributes of an avatar, derived from the options that DiceBear reports.

The sets below were chosen by inspecting enlarged pictures of each variant.
"""

from collections.abc import Mapping
from typing import Any

# hair whose ends are on the forehead; straight01 and straight02 are swept aside
BANGS = {"bob", "miaWallace", "straightAndStrand"}
HATS = {"hat", "winterHat03", "winterHat1"}
SMILES = {"twinkle", "smile", "default"}
# twinkle and serious are lines
OPEN_MOUTHS = {"smile", "default", "disbelief"}
BEARDS = {"beardLight", "beardMedium"}

BLACK = {"#2c1b18"}
BROWN = {"#4a312c", "#724133", "#a55728"}
BLOND = {"#b58143", "#d6b370"}
GRAY = {"#e8e1e1"}
PALE = {"#ffdbb4"}


def attributes(drawn: Mapping[str, Any]) -> dict[str, bool]:
    """Return attributes under CelebA's names, in CelebA's order.

    Args:
        drawn: the options in DiceBear's ``Avatar.to_json()``: resolved names such as `topVariant`,
            and colors as lists of length 1. Parts that are not drawn have no key; neither has the
            hair color under a hat.
    """
    top = drawn.get("topVariant")
    hair = _colors(drawn, "hairColor") if top is not None else set()
    return {
        "Bald": top is None,
        "Bangs": top in BANGS,
        "Black_Hair": bool(hair & BLACK),
        "Blond_Hair": bool(hair & BLOND),
        "Brown_Hair": bool(hair & BROWN),
        "Eyeglasses": "accessoriesVariant" in drawn,
        "Gray_Hair": bool(hair & GRAY),
        "Mouth_Slightly_Open": drawn["mouthVariant"] in OPEN_MOUTHS,
        # every beard of the style comes with a mustache, and a mustache alone is no beard
        "Mustache": "facialHairVariant" in drawn,
        "No_Beard": drawn.get("facialHairVariant") not in BEARDS,
        "Pale_Skin": bool(_colors(drawn, "skinColor") & PALE),
        "Smiling": drawn["mouthVariant"] in SMILES,
        "Wearing_Hat": top in HATS,
    }


def _colors(drawn: Mapping[str, Any], name: str) -> set[str]:
    return set(drawn.get(name, []))
