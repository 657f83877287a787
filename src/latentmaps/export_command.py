"""The ``latentmaps export`` command, which writes a trained model for use without this project.

Everything that does not need tensors is checked before TensorFlow is imported, which takes seconds.
"""

import argparse
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latentmaps import command_inputs, staging
from latentmaps.errors import DataError
from latentmaps.portable import formats

if TYPE_CHECKING:
    from latentmaps.portable.exporting import WrittenFile

_DESCRIPTION = """\
Write a trained model in a format that other programs read, and a README.md that shows how to use
it. A VAE is exported as an encoder and a decoder, and the CNN as one network. Each file is loaded
again and compared with the original; if the results differ, nothing is kept.

  latentmaps export data/models/vae --format onnx --output exported/vae
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser of ``latentmaps``."""
    parser = commands.add_parser(
        "export",
        help="export a trained model for use elsewhere: Keras, ONNX, LiteRT, SavedModel",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "model", metavar="MODEL", type=Path, help="data/models/vae, data/models/cnn, or a copy"
    )
    parser.add_argument(
        "--format", required=True, metavar="NAME", help=f"one of {', '.join(formats.FORMATS)}"
    )
    parser.add_argument(
        "--output",
        required=True,
        type=Path,
        metavar="DIR",
        help="the folder to write, new or empty",
    )


def run(arguments: argparse.Namespace) -> str:
    """Export the model and return a line for each file.

    Raises:
        LatentmapsError: an option or the model is invalid, or the results of a file differ
            too much from those of the model.
        OSError: the files cannot be written.
    """
    kind = formats.find(arguments.format)
    output = arguments.output.absolute()
    _require_new(output, arguments.output)
    command_inputs.require_model_folder(arguments.model)
    if arguments.model.resolve() in output.resolve().parents:
        raise DataError(
            f"{arguments.output}: inside the model folder, which must contain only the model, "
            "expected a folder elsewhere; choose another --output"
        )
    with staging.opened({"folder": output}) as staged:
        from latentmaps import machine

        # a GPU may round more coarsely
        machine.configure(dataclasses.replace(command_inputs.read_machine(), device="cpu"))
        from latentmaps.portable import exporting, networks

        portable = networks.load(arguments.model)
        written = exporting.write(portable, kind, staged.temporary["folder"])
        staged.publish()
    return "\n".join(_describe(file, arguments.output, kind.runtime()) for file in written)


def _require_new(output: Path, given: Path) -> None:
    if not output.exists() and not output.is_symlink():
        return
    # the folder itself is replaced, so a link or the working directory would point to the old one
    is_plain = output.is_dir() and not output.is_symlink() and output != Path.cwd()
    if not is_plain or any(output.iterdir()):
        raise DataError(
            f"{given}: already exists, expected a new folder or an empty one; choose another "
            "--output, or remove this one"
        )


def _describe(file: "WrittenFile", output: Path, runtime: str) -> str:
    return (
        f"{output / file.name}: differs from the original by at most {file.difference:.1e}, "
        f"computed with {runtime}"
    )
