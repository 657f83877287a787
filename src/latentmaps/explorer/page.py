"""Set the page on which one plays with the networks: one HTML file with everything in it.

Nothing comes from outside, so the page opens from a disk and can be sent to someone as it is. It
holds no time and no path: equal networks give equal bytes.
"""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt
from markupsafe import Markup

from latentmaps.drawing import wording
from latentmaps.explorer.packing import Packed
from latentmaps.pages import html_page


@dataclass(frozen=True)
class Part:
    """A part of the page: NAME.html, NAME.css and NAME.js of the templates.

    Attributes:
        name: its name in the address, faces or digits.
        title: its name for people.
        data: what its script reads, as JSON.
        networks: name -> network that its script runs.
        compared: the inputs for which a network was compared with the trained one, in words.
    """

    name: str
    title: str
    data: Mapping[str, Any]
    networks: Mapping[str, Packed]
    compared: str = ""


@dataclass(frozen=True)
class _Block:
    """Data that a script finds in the page by an id."""

    id: str
    type: str
    text: Markup


@dataclass(frozen=True)
class _Script:
    """A script of the page, and the data that come before it."""

    text: Markup
    blocks: Sequence[_Block] = ()

    @property
    def hash(self) -> str:
        """What allows it in the policy of the page."""
        return html_page.source_hash(str(self.text))


def render(parts: Sequence[Part], *, shows_persons: bool, are_digits: bool) -> str:
    """Return the page.

    Args:
        parts: faces and digits; the first is shown first, and its networks come first.
        shows_persons: whether the faces may be those of persons.
        are_digits: whether the VAE has learned digits, which the page then calls images.
    """
    environment = html_page.environment("latentmaps.explorer")

    def source(*names: str) -> Markup:
        # our own text; the page allows it and no other
        return Markup("\n".join(environment.get_template(name).render() for name in names))  # noqa: S704

    style = source("explorer.css", *(f"{part.name}.css" for part in parts))
    own = [_Script(source(f"{part.name}.js"), list(_blocks(part))) for part in parts]
    html = environment.get_template("explorer.html.j2").render(
        parts=parts,
        shows_persons=shows_persons,
        stored=[sentence for part in parts for sentence in _describe_storage(part)],
        style=style,
        style_hash=html_page.source_hash(str(style)),
        worker=source("unpack.js", "network.js", "worker.js"),
        scripts=[_Script(source("unpack.js", "page.js", "client.js")), *own],
    )
    return wording.say_images_on_page(html) if are_digits else html


def to_base64(array: npt.NDArray) -> str:
    """Return an array as text that ``toArray`` of the page reads: little-endian, without its shape.

    Args:
        array: of uint8, float32 or another type of 1, 2 or 4 bytes that JavaScript has.
    """
    little_endian = array.astype(array.dtype.newbyteorder("<"))
    return base64.b64encode(little_endian.tobytes()).decode()


def _blocks(part: Part) -> Iterator[_Block]:
    for name, network in part.networks.items():
        yield _Block(f"{name}-network", "application/json", _to_json(network.description))
        # nothing but letters, digits, +, / and =
        yield _Block(f"{name}-weights", "text/plain", Markup(network.weights))  # noqa: S704
    yield _Block(f"{part.name}-data", "application/json", _to_json(part.data))


def _to_json(value: Any) -> Markup:
    """Return JSON that no end of a script can hide in."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704


def _describe_storage(part: Part) -> Iterator[str]:
    for name, network in part.networks.items():
        title = "CNN" if name == "cnn" else name
        if network.difference is None:
            yield f"Weights of the {title}: {network.format}, as they were trained."
        else:
            yield (
                f"Weights of the {title}: {network.format}, which moves no pixel of "
                f"{part.compared} by more than {network.difference.largest:.2g} of 255 levels, and "
                f"the average pixel by {network.difference.mean:.1g}."
            )
