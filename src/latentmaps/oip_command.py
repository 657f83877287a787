"""The command ``latentmaps oip``: ask what excites a few units of a network.

What can be checked without tensors is checked before TensorFlow is imported, which takes seconds.
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
Find what excites a few units of a network, and write a page about it (.html), the same as one
picture (.png), and all arrays (.npz). Without options the result is that of the stage draw_oips,
and params.yaml of this folder gives the settings.

  latentmaps oip Conv2D_3 17                      all starts of the stage, and where each leads
  latentmaps oip Conv2D_3 17 --start digit:4      from a real 4 alone
  latentmaps oip Conv2D_3 17 --start my4.png      from a picture of your own
  latentmaps oip Conv2D_3 17 --scales 3,7         what broad patterns alone lead to
  latentmaps oip Conv2D_1 0 1 2 --objective position    the patch that one position looks for
"""

# group -> option, name of its value, help
_OPTIONS: dict[str, Sequence[tuple[str, str, str]]] = {
    "the network": (
        ("--model", "PATH", f"{_MODEL} (default), data/models/vae (its encoder), or a .keras file"),
        ("--digits", "PATH", f"real digits for the CNN (default: {_DIGITS}, if it is there)"),
    ),
    "starts": (
        (
            "--start",
            "START",
            (
                "repeatable: a picture (my4.png, of the size that the network reads), digit:4, "
                "scales, coarse, fourier, noise or digits. Such starts are climbed alone: no "
                "precursor, no head start"
            ),
        ),
        ("--starts", "N", "so many random starts, 1 to 64; with --start so many of each kind"),
        (
            "--scales",
            "3,7x14,28",
            (
                "points of the noise grids, coarse to fine; 7x14: 7 rows of 14. Without --start: "
                "starts of the kind scales, climbed alone"
            ),
        ),
        ("--weights", "0.5,0,0.5", "of these grids, one each; 0 switches one off; as --scales"),
        ("--seed", "N", "of all that is random: other noise"),
    ),
    "what is climbed": (
        (
            "--objective",
            "NAME",
            (
                "of feature maps: mean (default) of all positions | max of them | position, the "
                "one in the middle and the patch it sees; dense layers have units"
            ),
        ),
        (
            "--range",
            "RANGE",
            (
                "free | data, as dark and light as real images | LOW,HIGH of pixels, as the "
                "network reads them (--range=-1,3 before a minus)"
            ),
        ),
    ),
    "steps": (
        ("--steps", "N", "steps at most, up to 1000000"),
        (
            "--step-size",
            "X",
            "of the first steps, in standard deviations of the image, 0.1 to 2",
        ),
        (
            "--strategy",
            "NAME",
            "superposition, all length scales at once | enrich, one after the other",
        ),
        ("--smoothness", "X", "penalty on differences between neighboring pixels, 0 to 2"),
        ("--jitter", "N", "each step sees the image shifted by up to so many pixels, 0 to 14"),
    ),
    "output": (
        ("--color-map", "NAME", "of pictures of one channel: gray | viridis"),
        ("--output", "PATH", "the page (default: reports/oip/LAYER-UNIT.html)"),
    ),
}
_FLAGS = {
    "starts": (
        ("--no-precursor", "climb from a map's own starts, not from the best of all candidates"),
        ("--no-race", "all starts climb to the end, not only the best of them after some steps"),
        ("--no-head-start", "leave out the start that is known to excite the map"),
    ),
    "steps": (("--never-stop", "take all steps, even where nothing changes any more"),),
}
# height and width of what the length scales of params.yaml are for
_DIGIT_SIZE = (28, 28)


def add_to(commands: Any) -> None:
    """Add the command to the parser of ``latentmaps``."""
    parser = commands.add_parser(
        "oip",
        help="what excites a unit of a network, from starts of your own",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(run=run, default_output="reports/oip")
    parser.add_argument("layer", metavar="LAYER", help="name of a layer, such as Conv2D_3")
    parser.add_argument("units", metavar="UNIT", nargs="+", help="feature maps or units, from 0 on")
    for title, options in _OPTIONS.items():
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
    """Ask and write the answer; return a sentence for the terminal.

    Raises:
        LatentmapsError: an option, a file or the model is of no use.
        OSError: the outputs cannot be written.
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
        if defaults is None or shape[:2] != _DIGIT_SIZE:  # its own length scales
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
    """Return settings, with their seed, of params.yaml; None: there is no such file.

    Raises:
        ParamsError: a value of it is of no use.
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
