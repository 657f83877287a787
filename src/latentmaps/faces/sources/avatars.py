"""Draw avatars, so that the pipeline runs without a download.

DiceBear composes an SVG drawing in the ``avataaars`` style, and resvg renders it. The pictures have
CelebA's size, and the eyes are where CelebA has them, at about (69, 111) and (108, 111), so the
same crop box suits both. ``avatar_traits`` samples the appearance of each face.
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

# size of CelebA's aligned pictures
_WIDTH, _HEIGHT = 178, 218
# The part of the canvas (280x280) that becomes the picture, one unit per pixel; with any other
# ratio, resvg rounds up to 219 rows. The size of the face is therefore set by `scale`, about the
# center of the canvas. Top 10: the eyes, 24 units above the center, are in row 111.
_CANVAS = 'viewBox="0 0 280 280"'
_PICTURE = f'viewBox="51 10 {_WIDTH} {_HEIGHT}"'
_JPEG_QUALITY = 92

# enough to make the overhead of passing a task to a process negligible
_FACES_A_TASK = 16
# a process takes a second to start, about as long as drawing 100 faces
_FACES_WORTH_A_PROCESS = 100


@dataclass(frozen=True)
class Avatar:
    """One drawn face.

    Attributes:
        jpeg: the JPEG file, 178 pixels wide and 218 high.
        attributes: CelebA's name of an attribute -> whether it applies to the picture.
    """

    jpeg: bytes
    attributes: dict[str, bool]


def draw_faces(
    raw: RawFaces, num_faces: int, seed: int, *, num_processes: int | None = None
) -> dict[str, Any]:
    """Draw faces and write their archive and tables.

    Args:
        raw: paths of the files to write.
        num_faces: number of faces; face i does not depend on this number.
        seed: seed of the set.
        num_processes: number of parallel processes; None derives it from the numbers of cores and
            faces. The result does not depend on it.

    Returns:
        The receipt: source, number, seed, license, versions of packages, and checksum.
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
    """Draw the avatars in order, in several processes, since resvg holds the GIL."""
    tasks = (
        range(first, min(first + _FACES_A_TASK, num_faces))
        for first in range(0, num_faces, _FACES_A_TASK)
    )
    draw = functools.partial(_draw_range, seed)
    return itertools.chain.from_iterable(parallel.map_in_processes(draw, tasks, num_processes))


def _draw_range(seed: int, indices: range) -> list[Avatar]:
    return [draw_avatar(seed, index) for index in indices]


def draw_avatar(seed: int, index: int) -> Avatar:
    """Draw one avatar of the set that `seed` determines.

    Args:
        seed: seed of the set.
        index: index of the avatar, from 0.
    """
    traits = avatar_traits.choose(seed, index)
    drawing = dicebear.Avatar(_style(), avatar_traits.to_options(traits)).to_json()
    return Avatar(
        jpeg=_to_jpeg(drawing["svg"], traits.background_color),
        attributes=avatar_attributes.attributes(drawing["options"]),
    )


@functools.cache
def _style() -> dicebear.Style:
    return dicebear.Style(definition())


def definition() -> dict[str, Any]:
    """Return the definition of the style: its canvas, parts, variants and colors."""
    file = importlib.resources.files("dicebear_styles").joinpath(f"{STYLE}.json")
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content


def _to_jpeg(svg: str, background_color: str) -> bytes:
    # Rendering at twice the size and scaling down differs by half a gray level and takes four times
    # as long.
    png = resvg_py.svg_to_bytes(
        svg_string=svg.replace(_CANVAS, _PICTURE, 1),
        width=_WIDTH,
        height=_HEIGHT,
        background=f"#{background_color}",
        skip_system_fonts=True,
    )
    jpeg = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").save(jpeg, "JPEG", quality=_JPEG_QUALITY)
    return jpeg.getvalue()


def _attribute_table(names: list[str], attributes: list[dict[str, bool]]) -> pd.DataFrame:
    values = pd.DataFrame(attributes, index=names)
    return (values.astype("int8") * 2 - 1).rename_axis("file").reset_index()


def _partition_table(names: list[str]) -> pd.DataFrame:
    """Assign faces by index: eight out of ten to training, one to each of the other two parts."""
    turns = ["train"] * 8 + ["validation", "test"]
    partition = [turns[index % len(turns)] for index in range(len(names))]
    return pd.DataFrame({"file": names, "partition": partition})


def _identity_table(names: list[str]) -> pd.DataFrame:
    """Make every avatar a separate person, since the traits of each are sampled independently."""
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
