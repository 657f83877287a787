"""The ``latentmaps oip`` command, which finds the inputs that most excite a few units of a network.

Arguments are checked as far as possible before TensorFlow is imported, which takes seconds.
"""

import argparse
import dataclasses
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latentmaps import command_inputs

if TYPE_CHECKING:
    from latentmaps.digits.dataset.digits import Digits
    from latentmaps.params.draw_oips import DrawOips

_MODEL, _DIGITS = Path("data/models/cnn"), Path("data/raw/digits.npz")

_DESCRIPTION = """\
Find the inputs that most excite a few units of a network. Write them as a page (.html), as one
picture (.png) and as arrays (.npz). Without options, the result equals that of the draw_oips stage
with the settings in params.yaml of the current folder.

  latentmaps oip Conv2D_3 17                      use all starts of the stage
  latentmaps oip Conv2D_3 17 --start digit:4      start from a real 4 only
  latentmaps oip Conv2D_3 17 --start my4.png      start from your own picture
  latentmaps oip Conv2D_3 17 --scales 3,7         start from coarse noise only
  latentmaps oip Conv2D_1 0 1 2 --objective position    find the patch that one position responds to
"""

# group -> option, name of its value, help
OPTIONS: dict[str, Sequence[tuple[str, str, str]]] = {
    "network": (
        ("--model", "PATH", f"{_MODEL} (default), data/models/vae (its encoder), or a .keras file"),
        ("--digits", "PATH", f"real digits for the CNN (default: {_DIGITS}, if it exists)"),
    ),
    "starts": (
        (
            "--start",
            "START",
            (
                "a picture (such as my4.png, in the input size of the network), digit:4, scales, "
                "coarse, fourier, noise or digits. Can be repeated. Only these starts are used, "
                "without a precursor or head start"
            ),
        ),
        ("--starts", "N", "number of random starts, 1 to 64; with --start, of each kind"),
        (
            "--scales",
            "3,7x14,28",
            (
                "sizes of the noise grids in points, from coarse to fine; 7x14: 7 rows of 14. "
                "Without --start, only starts of the kind scales are used"
            ),
        ),
        (
            "--weights",
            "0.5,0,0.5",
            "one weight per grid, 0 to omit it; without --start, only scales starts are used",
        ),
        ("--seed", "N", "seed of all random numbers; another seed produces different noise"),
    ),
    "objective": (
        (
            "--objective",
            "NAME",
            (
                "for feature maps: mean over all positions (default) | max over all positions | "
                "position, the one in the middle, on the patch it sees. For dense layers: unit"
            ),
        ),
        (
            "--range",
            "RANGE",
            (
                "free | data, the range of real images | LOW,HIGH, the pixel values the network "
                "reads (write a negative value as --range=-1,3)"
            ),
        ),
    ),
    "steps": (
        ("--steps", "N", "largest number of steps, up to 1000000"),
        (
            "--step-size",
            "X",
            "size of the first steps, in standard deviations of the image, 0.1 to 2",
        ),
        (
            "--strategy",
            "NAME",
            "superposition, all length scales at once | enrich, one after another",
        ),
        ("--smoothness", "X", "penalty on differences between neighboring pixels, 0 to 2"),
        ("--jitter", "N", "largest random shift of the image in each step, in pixels, 0 to 14"),
    ),
    "output": (
        ("--color-map", "NAME", "colors of images with one channel: gray | viridis"),
        ("--output", "PATH", "the page (default: reports/oip/LAYER-UNIT.html)"),
    ),
}
_FLAGS = {
    "starts": (
        (
            "--no-precursor",
            "use random starts, without choosing the best of many candidates",
        ),
        ("--no-race", "let all starts continue to the end, not only the best after some steps"),
        ("--no-head-start", "leave out the start that is known to excite the feature map"),
    ),
    "steps": (("--never-stop", "take all steps, even after the ascent has converged"),),
}
# height and width of the images for which the length scales in params.yaml were chosen
_DIGIT_SIZE = (28, 28)


def add_to(commands: Any) -> None:
    """Add the command to the subparsers of ``latentmaps``."""
    parser = commands.add_parser(
        "oip",
        help="find the input that most excites a unit of a network",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(run=run, default_output="reports/oip")
    parser.add_argument("layer", metavar="LAYER", help="name of a layer, such as Conv2D_3")
    parser.add_argument(
        "units", metavar="UNIT", nargs="+", help="index of a feature map or unit, counted from 0"
    )
    for title, options in OPTIONS.items():
        group = parser.add_argument_group(title)
        for option, metavar, text in options:
            if option == "--start":
                group.add_argument(
                    option, dest="start", metavar=metavar, action="append", default=[], help=text
                )
            else:
                group.add_argument(option, metavar=metavar, help=text)
        for option, text in _FLAGS.get(title, ()):
            group.add_argument(option, action="store_true", help=text)


def run(arguments: argparse.Namespace) -> str:
    """Run the command, and return a line for the terminal.

    Raises:
        LatentmapsError: an option, a file or the model cannot be used.
        OSError: an output cannot be written.
    """
    from latentmaps.lab import answer_files, options, settings

    given = vars(arguments)
    units = options.units(arguments.units)
    pixels = options.pixel_range(arguments.range)
    objective_name = options.objective(arguments.objective)
    model = Path(arguments.model or _MODEL)
    defaults, machine_section = _read_params(), command_inputs.read_machine()
    command_inputs.require_model(model)
    params = options.change(defaults or settings.defaults((28, 28, 1)), given)
    digits = _read_digits(arguments.digits)
    starts = options.starts(arguments.start, digits, params, given)
    output = Path(arguments.output or answer_files.default_output(arguments.layer, units))

    with answer_files.opened(output) as write:
        from latentmaps import machine
        from latentmaps.lab import answer, subjects
        from latentmaps.lab.questions import Question
        from latentmaps.oips import length_scales

        setup = machine.configure(machine_section)
        subject = subjects.load(model, digits=digits)
        shape = subject.model.input_shape[1:]
        options.require_color_map(arguments.color_map, shape[2])
        if defaults is None or shape[:2] != _DIGIT_SIZE:  # choose length scales for this size
            fitted = length_scales.fit(defaults or settings.defaults(shape), shape)
            params = options.change(fitted, given)
        question = Question(
            layer_name=arguments.layer,
            units=units,
            params=params,
            seed=params.seed or 0,
            objective_name=objective_name,
            pixels=pixels,
            starts=starts,
            has_custom_scales=arguments.scales is not None,
        )
        command = shlex.join(["latentmaps", *arguments.words])
        found = answer.ask(subject, question, command=command, jit_compile=setup.jit_compile)
        write(found)
    return f"{output}: {found.summary}"


def _read_params() -> "DrawOips | None":
    """Return the ``draw_oips`` section of params.yaml with its seed, or None if there is no file.

    Raises:
        ParamsError: a value is invalid.
    """
    from latentmaps.params import loader
    from latentmaps.params.base import Base
    from latentmaps.params.draw_oips import DrawOips

    if not command_inputs.PARAMS.exists():
        return None
    params = loader.load(command_inputs.PARAMS)
    section = params.section(DrawOips)
    if section.seed is None:
        section = dataclasses.replace(section, seed=params.section(Base).seed)
    return section


def _read_digits(named: str | None) -> "Digits | None":
    from latentmaps.digits.dataset import digits

    path = Path(named or _DIGITS)
    return digits.load(path) if named or path.exists() else None
