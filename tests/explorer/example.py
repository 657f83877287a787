"""Small networks for pages, and stubs of the parts."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
from tests.portable import architectures

from latentmaps.explorer import packing, page
from latentmaps.explorer.page import Part
from latentmaps.pages import html_page
from latentmaps.portable import folding

TEMPLATES = Path(page.__file__).parent / "templates"
Z = np.linspace(-1.0, 1.0, 5, dtype=np.float32)
_environment = html_page.environment


def plain_decoder(**changes: Any) -> keras.Model:
    return folding.to_plain(architectures.decoder(**changes), output_activation="sigmoid")


def plain_cnn(**shape: Any) -> keras.Model:
    return folding.to_plain(
        architectures.digit_cnn(**{"filters": (3, 4), "dense_units": 5} | shape)
    )


def stub_environment(*packages: str) -> Any:
    """Return a template environment in which stubs of the parts precede the real templates."""
    return _environment("tests.explorer.stub_parts", *packages)


def parts(**changes: Any) -> list[Part]:
    """Return the parts for the stubs."""
    decoder = plain_decoder()
    packed = packing.pack_small(decoder, architectures.inputs_of(decoder), max_difference=0.5)
    words = {"z": page.to_base64(Z), "odd": "</script><b>&"}
    faces: dict[str, Any] = {"data": words, "networks": {"decoder": packed}, "compared": "4 faces"}
    return [
        Part("faces", "Faces", **faces | changes),
        Part("digits", "Digits", data={}, networks={"cnn": packing.pack(plain_cnn())}),
    ]
