"""The ``latentmaps photo`` command, which passes photos through a trained VAE.

Everything that does not need tensors is checked before TensorFlow is imported, which takes seconds.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latentmaps import command_inputs, staging
from latentmaps.errors import DataError, shorten

if TYPE_CHECKING:
    from latentmaps.play.additions import Addition
    from latentmaps.play.changed_photos import ChangedPhotos
    from latentmaps.play.playable_vae import PlayableVae
    from latentmaps.play.project import Project
    from latentmaps.vae.latent.attribute_directions import Direction

_MODEL, _FOLDER = Path("data/models/vae"), Path("reports/photo")
_MAX_PHOTOS = 64

_DESCRIPTION = """\
Pass photos through a trained VAE: crop, encode, add attributes, decode. For each photo, the
output (.png) shows the cropped photo, its reconstruction, and the result with the attributes added.

  latentmaps photo me.jpg                                    only the reconstruction
  latentmaps photo me.jpg --add Eyeglasses=1.5 --add Bangs=-1 --output me.png
  latentmaps photo me.jpg you.jpg --box 420,300,1220,1100    the same box for each photo

Without --box, the largest square at the center is used. The model has learned heads of one
size and position: frame yours like those of the training faces (docs/own-photo.md).
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser of ``latentmaps``."""
    parser = commands.add_parser(
        "photo",
        help="pass your own photos through the VAE, with attributes added",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(run=run, default_output=str(_FOLDER))
    parser.add_argument(
        "photos", metavar="PHOTO", nargs="+", type=Path, help="JPEG, PNG or WebP files"
    )
    parser.add_argument(
        "--add",
        metavar="NAME=AMOUNT",
        action="append",
        default=[],
        help="an attribute of the training faces and the factor on its direction, -10 to 10; 1 is "
        "the distance between faces with and without it; can be repeated",
    )
    parser.add_argument(
        "--box",
        metavar="LEFT,TOP,RIGHT,BOTTOM",
        help="a square in the upright photo, in pixels",
    )
    parser.add_argument(
        "--model", metavar="PATH", type=Path, default=_MODEL, help=f"default: {_MODEL}"
    )
    parser.add_argument(
        "--latents",
        metavar="PATH",
        type=Path,
        help="folder that evaluate_vae wrote for that model (default: data/latents of its project)",
    )
    parser.add_argument(
        "--output",
        metavar="PATH",
        type=Path,
        help=f"the PNG file (default: {_FOLDER}/PHOTO.png)",
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="add attributes even if this VAE hardly distinguishes them",
    )


def run(arguments: argparse.Namespace) -> str:
    """Change the photos, write the sheet, and return a sentence for the terminal.

    Raises:
        LatentmapsError: an option, a file or the model is invalid.
        OSError: the output cannot be written.
    """
    from latentmaps.play import additions as additions_module
    from latentmaps.play.project import Project

    photos: list[Path] = arguments.photos
    additions = additions_module.parse(arguments.add)
    box = _parse_box(arguments.box)
    output: Path = arguments.output or _default_output(photos)
    _require_output(output, photos)
    command_inputs.require_model_folder(arguments.model)
    project = Project.around(arguments.model)
    latents = _find_latents(arguments.latents, project, additions)
    machine_section = command_inputs.read_machine()
    source, test_error = project.read_source(), project.read_test_error()

    with staging.opened({"sheet": output}) as claim:
        from latentmaps import machine
        from latentmaps.drawing import sheets
        from latentmaps.play import photo_sheet
        from latentmaps.play.playable_vae import PlayableVae

        machine.configure(machine_section)
        vae = PlayableVae.load(arguments.model, latents)
        changed = _change(vae, photos, box, additions, is_forced=arguments.force)
        sheet = photo_sheet.draw(changed, vae, source=source, test_error=test_error)
        sheets.save_png(sheet.image, claim.temporary["sheet"])
        claim.publish()
    _warn(output, photo_sheet.describe_model(source))
    return f"{output}: {_summarize(changed, test_error)}"


def _parse_box(text: str | None) -> list[int] | None:
    if text is None:
        return None
    if not re.fullmatch(r"\d{1,9}(,\d{1,9}){3}", text):
        raise DataError(
            f"--box: found {shorten(text)}, expected LEFT,TOP,RIGHT,BOTTOM in pixels of the "
            "upright photo, such as 420,300,1220,1100"
        )
    return [int(edge) for edge in text.split(",")]


def _default_output(photos: Sequence[Path]) -> Path:
    """Return the default path of a sheet, such as reports/photo/me.png."""
    stem = command_inputs.plain_name(photos[0].stem, otherwise="photo")
    others = f"-and-{len(photos) - 1}-more" if len(photos) > 1 else ""
    return _FOLDER / f"{stem}{others}.png"


def _require_output(output: Path, photos: Sequence[Path]) -> None:
    """Refuse missing photos, too many photos, and an output that would replace a photo."""
    if len(photos) > _MAX_PHOTOS:
        raise DataError(
            f"found {len(photos)} photos, expected at most {_MAX_PHOTOS} at a time; pass fewer"
        )
    for photo in photos:
        if not photo.is_file():
            raise DataError(f"{photo}: no such file, expected a photo; correct the path")
    if output.is_dir() or output.suffix.lower() != ".png":
        raise DataError(
            f"{output}: expected the name of a PNG file, such as {_FOLDER}/me.png; set it with "
            "--output"
        )
    if output.exists() and any(output.samefile(photo) for photo in photos):
        raise DataError(f"{output}: is one of the photos, expected another file; choose --output")


def _find_latents(
    named: Path | None, project: "Project", additions: "Sequence[Addition]"
) -> Path | None:
    """Return the folder with the attribute directions, or None if no attribute is added."""
    if not additions:
        return None
    latents = named or project.latents
    if latents is None:
        raise DataError(
            "--add: found a model outside data/models/vae and no --latents, expected the folder "
            "that evaluate_vae wrote for it; set it with --latents"
        )
    return latents


def _change(
    vae: "PlayableVae",
    photos: Sequence[Path],
    box: Sequence[int] | None,
    additions: "Sequence[Addition]",
    *,
    is_forced: bool,
) -> "ChangedPhotos":
    import numpy as np

    from latentmaps.play import additions as additions_module
    from latentmaps.play import changed_photos, cropping

    directions: list[Direction] = []
    if vae.latents is not None:
        attributes = vae.latents.attributes
        directions = additions_module.find_directions(additions, attributes, is_forced=is_forced)
    originals = np.stack([cropping.crop(photo, vae.image_shape, box=box) for photo in photos])
    names = [photo.name for photo in photos]
    return changed_photos.change(vae, names, originals, additions, directions)


def _summarize(changed: "ChangedPhotos", test_error: float | None) -> str:
    errors = [f"{error:.1f}" for error in changed.errors]
    listed = ", ".join([*errors[:8], "..."] if len(errors) > 8 else errors)
    photos = "1 photo" if len(errors) == 1 else f"{len(errors)} photos"
    comparison = "" if test_error is None else f" (test faces: {test_error:.1f})"
    return f"{photos}, reconstructed with an error of {listed} of 255 levels{comparison}"


def _warn(output: Path, limitation: str) -> None:
    """Write warnings for the user to standard error."""
    from latentmaps import git_exposure

    exposed = f"{output} shows the photo, and git does not ignore it: do not commit it"
    warnings = [limitation, exposed if git_exposure.find_exposed([output]) else ""]
    for warning in filter(None, warnings):
        sys.stderr.write(f"latentmaps photo: {warning}\n")
