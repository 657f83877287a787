"""Write networks in a format, read them back with its runtime, and compare the two."""

import dataclasses
from pathlib import Path

import jinja2
import numpy as np
import yaml

from latentmaps.errors import LatentmapsError, excerpt
from latentmaps.portable.formats import Format
from latentmaps.portable.networks import Network, Portable

# Between what a file computes and the original, as a share of the largest output or, where that is
# below 1, as it is. Rounding in float32 makes about 1e-6; a wrong layer far more than this.
TOLERANCE = 1e-4
# the runtimes get the inputs at once and one by one: their number is to be free
_BATCHES = (slice(0, 8), slice(0, 1))


@dataclasses.dataclass(frozen=True)
class Written:
    """A file that was written.

    Attributes:
        name: of the file.
        network: what it holds.
        differences: name of an output -> the largest difference to the original.
    """

    name: str
    network: Network
    differences: dict[str, float]

    @property
    def difference(self) -> float:
        """The largest of all."""
        return max(self.differences.values())


def write(portable: Portable, kind: Format, folder: Path) -> list[Written]:
    """Write networks into a new folder, with a README.md that tells how to use them.

    Args:
        portable: what to export.
        kind: the format.
        folder: is made.

    Raises:
        LatentmapsError: a file does not compute what the original computes.
        OSError: the files cannot be written.
    """
    folder.mkdir()
    written = [_write(network, kind, folder) for network in portable.networks]
    text = _read_me(portable, kind, written)
    (folder / "README.md").write_text(text, encoding="utf-8")
    return written


def _write(network: Network, kind: Format, folder: Path) -> Written:
    path = folder / f"{network.name}{kind.suffix}"
    kind.write(network.plain, path)
    try:
        differences = _compare(network, kind, path)
    except RuntimeError as error:  # an operation that the runtime does not have
        reason = excerpt(" ".join(str(error).split()))
        raise LatentmapsError(
            f"{path.name}: {kind.runtime()} does not run it ({reason}); nothing was kept - choose "
            "another --format"
        ) from error
    wrong = [name for name, (_, share) in differences.items() if not share <= TOLERANCE]
    if wrong:
        difference, share = differences[wrong[0]]
        raise LatentmapsError(
            f"{path.name}: {kind.runtime()} differs from the original by {difference:.1e} in "
            f"{wrong[0]}, {share:.1e} of the largest value, expected at most {TOLERANCE:g}; "
            "nothing was kept - choose another --format or another version of the runtime"
        )
    return Written(path.name, network, {name: one for name, (one, _) in differences.items()})


def _compare(network: Network, kind: Format, path: Path) -> dict[str, tuple[float, float]]:
    """Return the largest difference of each output, and the same as a share; NaN counts as one."""
    inputs = network.example_inputs(_BATCHES[0].stop)
    expected = network.run(inputs)
    run = kind.read(path, (network.input_name, *network.gives))
    found = [(batch, run(inputs[batch])) for batch in _BATCHES]
    differences = {
        name: float(
            np.max([np.abs(outputs[name] - values[batch]).max() for batch, outputs in found])
        )
        for name, values in expected.items()
    }
    return {
        name: (one, one / max(1.0, float(np.abs(expected[name]).max())))
        for name, one in differences.items()
    }


def _read_me(portable: Portable, kind: Format, written: list[Written]) -> str:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("latentmaps.portable"),
        autoescape=False,  # noqa: S701 - Markdown
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
    )
    header = yaml.safe_dump(
        {**portable.license, "tags": [kind.name, portable.kind]}, sort_keys=False
    )
    return environment.get_template("export.md").render(
        header=header,
        portable=portable,
        format=kind,
        written=written,
        tolerance=f"{TOLERANCE:g}",
        network=written[-1].network,
        file=written[-1].name,
    )
