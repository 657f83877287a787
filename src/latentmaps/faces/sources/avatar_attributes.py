"""CelebA's attributes of an avatar, read from what DiceBear says it drew.

The sets below were decided on enlarged pictures of each variant.
"""

from collections.abc import Mapping
from typing import Any

# hair whose ends lie on the forehead; straight01 and straight02 are swept aside
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
    """Gives attributes under CelebA's names, in CelebA's order.

    Args:
        drawn: the options of DiceBear's ``Avatar.to_json()``: resolved names such as `topVariant`,
            colours as lists of one; what is not drawn has no key, and so has the hair's colour
            under a hat.
    """
    top = drawn.get("topVariant")
    hair = _colours(drawn, "hairColor") if top is not None else set()
    return {
        "Bald": top is None,
        "Bangs": top in BANGS,
        "Black_Hair": bool(hair & BLACK),
        "Blond_Hair": bool(hair & BLOND),
        "Brown_Hair": bool(hair & BROWN),
        "Eyeglasses": "accessoriesVariant" in drawn,
        "Gray_Hair": bool(hair & GRAY),
        "Mouth_Slightly_Open": drawn["mouthVariant"] in OPEN_MOUTHS,
        # every beard of the style comes with a moustache, and a moustache alone is no beard
        "Mustache": "facialHairVariant" in drawn,
        "No_Beard": drawn.get("facialHairVariant") not in BEARDS,
        "Pale_Skin": bool(_colours(drawn, "skinColor") & PALE),
        "Smiling": drawn["mouthVariant"] in SMILES,
        "Wearing_Hat": top in HATS,
    }


def _colours(drawn: Mapping[str, Any], name: str) -> set[str]:
    return set(drawn.get(name, []))
