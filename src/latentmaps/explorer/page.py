"""Render the explorer: one self-contained HTML file in which the networks run.

The page loads nothing from outside, so it opens from disk and can be shared as a single file. It
contains no timestamps or paths, so identical networks produce an identical file.
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
    """A part of the page, rendered from the templates NAME.html, NAME.css and NAME.js.

    Attributes:
        name: the part's name in the address, ``faces`` or ``digits``.
        title: the name shown on the page.
        data: values for its script; they must be serializable as JSON.
        networks: network name -> packed network that its script runs.
        compared: description of the inputs on which packed and trained networks were compared.
    """

    name: str
    title: str
    data: Mapping[str, Any]
    networks: Mapping[str, Packed]
    compared: str = ""


@dataclass(frozen=True)
class _Block:
    """A data block of the page, which a script finds by its id."""

    id: str
    type: str
    text: Markup


@dataclass(frozen=True)
class _Script:
    """A script of the page, with the data blocks that precede it."""

    text: Markup
    blocks: Sequence[_Block] = ()

    @property
    def hash(self) -> str:
        """The source hash that allows the script in the Content-Security-Policy."""
        return html_page.source_hash(str(self.text))


def render(parts: Sequence[Part], *, shows_people: bool, are_digits: bool) -> str:
    """Return the HTML of the page.

    Args:
        parts: faces and digits; the page initially shows the first part.
        shows_people: whether the pictures may show real people.
        are_digits: whether the VAE was trained on digits; the page then says "image", not "face".
    """
    environment = html_page.environment("latentmaps.explorer")

    def source(*names: str) -> Markup:
        # trusted because these are our own templates; the page's policy allows only these scripts
        return Markup("\n".join(environment.get_template(name).render() for name in names))  # noqa: S704

    style = source("explorer.css", *(f"{part.name}.css" for part in parts))
    own = [_Script(source(f"{part.name}.js"), list(_blocks(part))) for part in parts]
    html = environment.get_template("explorer.html.j2").render(
        parts=parts,
        shows_people=shows_people,
        stored=[sentence for part in parts for sentence in _describe_storage(part)],
        style=style,
        style_hash=html_page.source_hash(str(style)),
        worker=source("unpack.js", "network.js", "worker.js"),
        scripts=[_Script(source("unpack.js", "page.js", "client.js")), *own],
    )
    return wording.say_images_on_page(html) if are_digits else html


def to_base64(array: npt.NDArray) -> str:
    """Encode the values of an array for ``toArray`` in page.js, little-endian and in base64.

    Args:
        array: any shape; uint8, float32 or another dtype that a JavaScript typed array supports.
    """
    little_endian = array.astype(array.dtype.newbyteorder("<"))
    return base64.b64encode(little_endian.tobytes()).decode()


def _blocks(part: Part) -> Iterator[_Block]:
    for name, network in part.networks.items():
        yield _Block(f"{name}-network", "application/json", _to_json(network.description))
        # safe: base64 contains only letters, digits, +, / and =
        yield _Block(f"{name}-weights", "text/plain", Markup(network.weights))  # noqa: S704
    yield _Block(f"{part.name}-data", "application/json", _to_json(part.data))


def _to_json(value: Any) -> Markup:
    """Return JSON in which no ``</script>`` can end the block early."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704


def _describe_storage(part: Part) -> Iterator[str]:
    for name, network in part.networks.items():
        title = "CNN" if name == "cnn" else name
        if network.difference is None:
            yield f"Weights of the {title}: {network.format}, exactly as trained."
        else:
            yield (
                f"Weights of the {title}: {network.format}. Over {part.compared}, this changes "
                f"no pixel by more than {network.difference.largest:.2g} of 255 levels, and the "
                f"average pixel by {network.difference.mean:.1g}."
            )
