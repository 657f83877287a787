"""Faces that are drawn, so that the pipeline runs without a download.

DiceBear composes an SVG drawing in the style avataaars, resvg makes pixels of it. The picture has
CelebA's size and puts the eyes where CelebA has them, about (69, 111) and (108, 111): the same crop
then suits both. What a face shows is chosen in ``avatar_traits``.
"""

import functools
import importlib.metadata
import importlib.resources
import io
import itertools
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import dicebear
import pandas as pd
import resvg_py
from PIL import Image

from latentmaps import parallel, progress
from latentmaps.faces.raw import archive, face_tables
from latentmaps.faces.sources import avatar_attributes, avatar_traits
from latentmaps.faces.sources.raw_faces import RawFaces
from latentmaps.storage.checksums import file_sha256

log = logging.getLogger(__name__)

STYLE = "avataaars"
LICENSE = "Avataaars by Pablo Stanley, free for personal and commercial use"

# CelebA's aligned pictures
_WIDTH, _HEIGHT = 178, 218
# The part of the canvas (280x280) that becomes the picture, one unit a pixel. The size of the face
# is set by `scale` instead, about the middle of the canvas; resvg rounds any other ratio up, to
# 219 rows. Top 10: the eyes, 24 units above the middle, come to row 111.
_CANVAS = 'viewBox="0 0 280 280"'
_PICTURE = f'viewBox="51 10 {_WIDTH} {_HEIGHT}"'
_JPEG_QUALITY = 92

# of a task for a process: long enough that passing it on costs nothing
_FACES_A_TASK = 16
# a process needs a second to start, about 100 faces
_FACES_WORTH_A_PROCESS = 100


@dataclass(frozen=True)
class Avatar:
    """One drawn face.

    Attributes:
        jpeg: the file, 178 wide and 218 high.
        attributes: CelebA's name -> whether it is true of the picture.
    """

    jpeg: bytes
    attributes: dict[str, bool]


def draw_faces(
    raw: RawFaces, num_faces: int, seed: int, *, num_processes: int | None = None
) -> dict[str, Any]:
    """Draws faces and writes their archive and tables.

    Args:
        raw: where to write.
        num_faces: how many; face i is the same in a larger set.
        seed: of the set.
        num_processes: that draw at the same time; None takes what the machine and the number of
            faces are worth. The bytes do not depend on it.

    Returns:
        the receipt: what was drawn, with which versions, under which license.
    """
    if num_processes is None:
        num_processes = min(parallel.num_cores(), num_faces // _FACES_WORTH_A_PROCESS)
    log.info("Drawing %s avatars in %d processes", f"{num_faces:,}", max(num_processes, 1))
    names = [archive.face_name(index) for index in range(num_faces)]
    attributes = []
    with archive.ArchiveWriter(raw.images) as writer:
        avatars = _draw(num_faces, seed, num_processes)
        tracked = progress.track(avatars, num_faces, "Drawing", "avatars")
        for name, avatar in zip(names, tracked, strict=True):
            writer.add(name, avatar.jpeg)
            attributes.append(avatar.attributes)
    face_tables.write_table(raw.attributes, _attribute_table(names, attributes))
    face_tables.write_table(raw.partition, _partition_table(names))
    face_tables.write_table(raw.identity, _identity_table(names))
    face_tables.write_table(raw.origins, face_tables.names_only(names))
    face_tables.write_table(raw.refused, face_tables.refusals([]))
    return _receipt(raw, num_faces, seed)


def _draw(num_faces: int, seed: int, num_processes: int) -> Iterator[Avatar]:
    """Gives the avatars in order. Threads would not do: resvg holds Python's lock."""
    tasks = (
        range(first, min(first + _FACES_A_TASK, num_faces))
        for first in range(0, num_faces, _FACES_A_TASK)
    )
    draw = functools.partial(_draw_range, seed)
    return itertools.chain.from_iterable(parallel.map_in_processes(draw, tasks, num_processes))


def _draw_range(seed: int, indices: range) -> list[Avatar]:
    return [draw_avatar(seed, index) for index in indices]


def draw_avatar(seed: int, index: int) -> Avatar:
    """Gives avatar `index` of the set `seed`.

    Args:
        seed: of the set.
        index: of the avatar, from 0.
    """
    traits = avatar_traits.choose(seed, index)
    drawing = dicebear.Avatar(_style(), avatar_traits.to_options(traits)).to_json()
    return Avatar(
        jpeg=_to_jpeg(drawing["svg"], traits.background_colour),
        attributes=avatar_attributes.attributes(drawing["options"]),
    )


@functools.cache
def _style() -> dicebear.Style:
    return dicebear.Style(definition())


def definition() -> dict[str, Any]:
    """Gives the definition of the style: its canvas, parts, variants and colours."""
    file = importlib.resources.files("dicebear_styles").joinpath(f"{STYLE}.json")
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content


def _to_jpeg(svg: str, background_colour: str) -> bytes:
    # Twice the size and scaled down differs by half a grey level and takes four times as long.
    png = resvg_py.svg_to_bytes(
        svg_string=svg.replace(_CANVAS, _PICTURE, 1),
        width=_WIDTH,
        height=_HEIGHT,
        background=f"#{background_colour}",
        skip_system_fonts=True,
    )
    jpeg = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").save(jpeg, "JPEG", quality=_JPEG_QUALITY)
    return jpeg.getvalue()


def _attribute_table(names: list[str], attributes: list[dict[str, bool]]) -> pd.DataFrame:
    values = pd.DataFrame(attributes, index=names)
    return (values.astype("int8") * 2 - 1).rename_axis("file").reset_index()


def _partition_table(names: list[str]) -> pd.DataFrame:
    """Gives eight faces of ten to training and one each to the other two, by their number."""
    turns = ["train"] * 8 + ["validation", "test"]
    partition = [turns[index % len(turns)] for index in range(len(names))]
    return pd.DataFrame({"file": names, "partition": partition})


def _identity_table(names: list[str]) -> pd.DataFrame:
    """Makes every avatar a person of its own: each draws its traits anew."""
    return pd.DataFrame({"file": names, "identity": range(1, len(names) + 1)})


def _receipt(raw: RawFaces, num_faces: int, seed: int) -> dict[str, Any]:
    packages = ("dicebear-core", "dicebear-styles", "resvg-py", "pillow", "numpy")
    return {
        "source": "avatars",
        "num_faces": num_faces,
        "seed": seed,
        "style": STYLE,
        "license": LICENSE,
        "versions": {name: importlib.metadata.version(name) for name in packages},
        "sha256": {"images.zip": file_sha256(raw.images)},
    }
