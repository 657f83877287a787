"""What an avatar looks like: the variants and colours we allow, and the draw for face i.

The style's own lists hold heart eyes, vomit and yellow skin; these are the ones that look like a
person, chosen on pictures. Few and frequent ones, because a small VAE learns no rare variant from
a few thousand faces. The draw is ours and not DiceBear's, so that traits can hang together: the
beard has the colour of the hair, and only short hair, a bald head or a hat goes with a beard.
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

SKIN_COLOURS: Weights = {"ffdbb4": 3, "edb98a": 3, "d08b5b": 2, "ae5d29": 2, "614335": 1.5}
HAIR_COLOURS: Weights = {
    "2c1b18": 5,
    "4a312c": 2.5,
    "724133": 2.5,
    "a55728": 2,
    "b58143": 2,
    "d6b370": 3,
    "e8e1e1": 2,
}
# skin -> hair that is hard to see on it: a face that looks bald must not be labelled brown-haired
HIDDEN_HAIR: Mapping[str, frozenset[str]] = {
    "d08b5b": frozenset({"b58143"}),
    "ae5d29": frozenset({"a55728"}),
    "614335": frozenset({"4a312c", "724133"}),
}
CLOTH_COLOURS: Weights = {"262e33": 1, "25557c": 1, "929598": 1, "b85450": 1, "e6e6e6": 1}
GLASSES_COLOURS: Weights = {"262e33": 3, "25557c": 1}
BACKGROUND_COLOURS: Weights = {
    "b6c7d6": 1,
    "d8d2c4": 1,
    "7c8894": 1,
    "a9b89c": 1,
    "c9b2a6": 1,
    "5c6670": 1,
}

_SHARE_OF_GLASSES = 0.2
# of the heads without long hair, which makes about 20 % of all
_SHARE_OF_FACIAL_HAIR = 0.35


@dataclass(frozen=True)
class Traits:
    """What one avatar shows. Names are those of the style, colours six hexadecimal digits.

    Attributes:
        top: hair or hat; None is a bald head.
        facial_hair: None is none.
        glasses: None is none.
        rotation: of the whole drawing, degrees, clockwise.
        scale: pixels of the 178x218 picture to one unit of the style's canvas; 0.75 gives the
            distance of the eyes that CelebA's faces have.
    """

    top: str | None
    eyes: str
    eyebrows: str
    mouth: str
    facial_hair: str | None
    glasses: str | None
    clothes: str
    skin_colour: str
    hair_colour: str
    hat_colour: str
    clothes_colour: str
    glasses_colour: str
    background_colour: str
    rotation: float
    scale: float


def choose(seed: int, index: int) -> Traits:
    """Gives the traits of avatar `index`; they depend on nothing but the two arguments.

    Args:
        seed: of the whole set.
        index: of the avatar, from 0.
    """
    generator = seeds.avatar(seed, index)
    head = _pick(generator, HEADS)
    skin_colour = _pick(generator, SKIN_COLOURS)
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
        skin_colour=skin_colour,
        hair_colour=_pick(generator, _visible_hair(skin_colour)),
        hat_colour=_pick(generator, CLOTH_COLOURS),
        clothes_colour=_pick(generator, CLOTH_COLOURS),
        glasses_colour=_pick(generator, GLASSES_COLOURS),
        background_colour=_pick(generator, BACKGROUND_COLOURS),
        rotation=round(generator.uniform(-6, 6), 2),
        scale=round(generator.uniform(0.75, 0.83), 3),
    )


def _visible_hair(skin_colour: str) -> Weights:
    hidden = HIDDEN_HAIR.get(skin_colour, frozenset())
    return {colour: weight for colour, weight in HAIR_COLOURS.items() if colour not in hidden}


def _pick(generator: np.random.Generator, weights: Weights) -> str:
    shares = np.array(list(weights.values()), dtype=np.float64)
    return list(weights)[generator.choice(len(weights), p=shares / shares.sum())]


def _maybe(generator: np.random.Generator, weights: Weights, share: float) -> str | None:
    picked = _pick(generator, weights)
    return picked if generator.random() < share else None


def to_options(traits: Traits) -> dict[str, Any]:
    """Gives the options with which DiceBear draws exactly these traits, on a clear background."""
    return {
        **_part("top", traits.top),
        **_part("facialHair", traits.facial_hair),
        **_part("accessories", traits.glasses),
        "eyesVariant": traits.eyes,
        "eyebrowsVariant": traits.eyebrows,
        "mouthVariant": traits.mouth,
        "clothesVariant": traits.clothes,
        "skinColor": traits.skin_colour,
        "hairColor": traits.hair_colour,
        "facialHairColor": traits.hair_colour,
        "hatColor": traits.hat_colour,
        "clothesColor": traits.clothes_colour,
        "accessoriesColor": traits.glasses_colour,
        "rotate": traits.rotation,
        "scale": traits.scale,
    }


def _part(name: str, variant: str | None) -> dict[str, Any]:
    """Gives the options of a part that may be absent; with a probability of 0 it is never drawn."""
    if variant is None:
        return {f"{name}Probability": 0}
    return {f"{name}Probability": 100, f"{name}Variant": variant}
