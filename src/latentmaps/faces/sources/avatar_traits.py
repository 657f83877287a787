"""The appearance of avatars: the allowed variants and colors, and the traits sampled for each face.

The style's own lists include heart eyes, vomit and yellow skin. The variants here look
natural; they were chosen by inspecting pictures. There are only a few, all of them frequent,
because a small VAE does not learn rare variants from a few thousand faces. The traits are sampled
here rather than by DiceBear, so that they can depend on each other. For example, a beard has the
color of the hair, and occurs only with short hair, a bald head or a hat.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from latentmaps import seeds

Weights = Mapping[str, float]

HEADS: Weights = {"short": 0.46, "long": 0.40, "bald": 0.06, "hat": 0.08}
TOPS: Mapping[str, Weights] = {
    "short": {
        "theCaesar": 1,
        "shortFlat": 1,
        "shortRound": 1,
        "shortWaved": 1,
        "shortCurly": 1,
        "dreads01": 1,
    },
    "long": {
        "bob": 1,
        "bun": 1,
        "curly": 1,
        "miaWallace": 1,
        "straight01": 1,
        "straight02": 1,
        "straightAndStrand": 1,
    },
    "hat": {"hat": 1, "winterHat03": 2, "winterHat1": 2},
}
EYES: Weights = {"default": 10, "happy": 3, "side": 3, "squint": 2, "closed": 2}
EYEBROWS: Weights = {
    "default": 3,
    "defaultNatural": 3,
    "flatNatural": 2,
    "raisedExcited": 1,
    "raisedExcitedNatural": 1,
}
MOUTHS: Weights = {
    "twinkle": 5,
    "smile": 4,
    "default": 2,
    "serious": 6,
    "disbelief": 4,
}
FACIAL_HAIR: Weights = {
    "beardLight": 4,
    "beardMedium": 4,
    "moustacheFancy": 1,
    "moustacheMagnum": 2,
}
GLASSES: Weights = {"prescription01": 1, "prescription02": 1, "round": 1}
CLOTHES: Weights = {"shirtCrewNeck": 2, "shirtVNeck": 1, "collarAndSweater": 1}

SKIN_COLORS: Weights = {"ffdbb4": 3, "edb98a": 3, "d08b5b": 2, "ae5d29": 2, "614335": 1.5}
HAIR_COLORS: Weights = {
    "2c1b18": 5,
    "4a312c": 2.5,
    "724133": 2.5,
    "a55728": 2,
    "b58143": 2,
    "d6b370": 3,
    "e8e1e1": 2,
}
# skin -> hair colors that are hard to see on it: a face that looks bald must not be labeled
# brown-haired
HIDDEN_HAIR: Mapping[str, frozenset[str]] = {
    "d08b5b": frozenset({"b58143"}),
    "ae5d29": frozenset({"a55728"}),
    "614335": frozenset({"4a312c", "724133"}),
}
CLOTH_COLORS: Weights = {"262e33": 1, "25557c": 1, "929598": 1, "b85450": 1, "e6e6e6": 1}
GLASSES_COLORS: Weights = {"262e33": 3, "25557c": 1}
BACKGROUND_COLORS: Weights = {
    "b6c7d6": 1,
    "d8d2c4": 1,
    "7c8894": 1,
    "a9b89c": 1,
    "c9b2a6": 1,
    "5c6670": 1,
}

_SHARE_OF_GLASSES = 0.2
# share among heads without long hair; about 20% of all heads
_SHARE_OF_FACIAL_HAIR = 0.35


@dataclass(frozen=True)
class Traits:
    """The traits of one avatar.

    Names are those of the style. Colors are strings of six hexadecimal digits.

    Attributes:
        top: hair or hat; None: bald.
        eyes: variant of the eyes.
        eyebrows: variant of the eyebrows.
        mouth: variant of the mouth.
        facial_hair: variant of beard or mustache; None: no facial hair.
        glasses: variant of the glasses; None: no glasses.
        clothes: variant of the clothes.
        skin_color: color of the face.
        hair_color: color of hair and beard.
        hat_color: color of the hat, if there is one.
        clothes_color: color of the clothes.
        glasses_color: color of the glasses, if there are any.
        background_color: color of the background.
        rotation: clockwise rotation of the whole drawing, in degrees.
        scale: pixels of the 178x218 picture per unit of the style's canvas; at 0.75, the eyes are
            as far apart as in CelebA.
    """

    top: str | None
    eyes: str
    eyebrows: str
    mouth: str
    facial_hair: str | None
    glasses: str | None
    clothes: str
    skin_color: str
    hair_color: str
    hat_color: str
    clothes_color: str
    glasses_color: str
    background_color: str
    rotation: float
    scale: float


def choose(seed: int, index: int) -> Traits:
    """Sample the traits of avatar `index`, which depend only on the two arguments.

    Args:
        seed: seed of the whole set.
        index: index of the avatar, from 0.
    """
    generator = seeds.avatar(seed, index)
    head = _pick(generator, HEADS)
    skin_color = _pick(generator, SKIN_COLORS)
    return Traits(
        top=None if head == "bald" else _pick(generator, TOPS[head]),
        eyes=_pick(generator, EYES),
        eyebrows=_pick(generator, EYEBROWS),
        mouth=_pick(generator, MOUTHS),
        facial_hair=_maybe(
            generator, FACIAL_HAIR, 0.0 if head == "long" else _SHARE_OF_FACIAL_HAIR
        ),
        glasses=_maybe(generator, GLASSES, _SHARE_OF_GLASSES),
        clothes=_pick(generator, CLOTHES),
        skin_color=skin_color,
        hair_color=_pick(generator, _visible_hair(skin_color)),
        hat_color=_pick(generator, CLOTH_COLORS),
        clothes_color=_pick(generator, CLOTH_COLORS),
        glasses_color=_pick(generator, GLASSES_COLORS),
        background_color=_pick(generator, BACKGROUND_COLORS),
        rotation=round(generator.uniform(-6, 6), 2),
        scale=round(generator.uniform(0.75, 0.83), 3),
    )


def _visible_hair(skin_color: str) -> Weights:
    hidden = HIDDEN_HAIR.get(skin_color, frozenset())
    return {color: weight for color, weight in HAIR_COLORS.items() if color not in hidden}


def _pick(generator: np.random.Generator, weights: Weights) -> str:
    shares = np.array(list(weights.values()), dtype=np.float64)
    return list(weights)[generator.choice(len(weights), p=shares / shares.sum())]


def _maybe(generator: np.random.Generator, weights: Weights, share: float) -> str | None:
    picked = _pick(generator, weights)
    return picked if generator.random() < share else None


def to_options(traits: Traits) -> dict[str, Any]:
    """Return the options for DiceBear to draw exactly these traits, on a transparent background."""
    return {
        **_part("top", traits.top),
        **_part("facialHair", traits.facial_hair),
        **_part("accessories", traits.glasses),
        "eyesVariant": traits.eyes,
        "eyebrowsVariant": traits.eyebrows,
        "mouthVariant": traits.mouth,
        "clothesVariant": traits.clothes,
        "skinColor": traits.skin_color,
        "hairColor": traits.hair_color,
        "facialHairColor": traits.hair_color,
        "hatColor": traits.hat_color,
        "clothesColor": traits.clothes_color,
        "accessoriesColor": traits.glasses_color,
        "rotate": traits.rotation,
        "scale": traits.scale,
    }


def _part(name: str, variant: str | None) -> dict[str, Any]:
    """Return the options of an optional part; a probability of 0 omits it."""
    if variant is None:
        return {f"{name}Probability": 0}
    return {f"{name}Probability": 100, f"{name}Variant": variant}
