"""Write networks in a format, read them with the format's runtime, and compare the outputs."""

import dataclasses
from pathlib import Path

import jinja2
import numpy as np
import yaml

from latentmaps.errors import LatentmapsError, excerpt
from latentmaps.portable.formats import Format
from latentmaps.portable.networks import Network, Portable

# Largest accepted difference between the outputs of a file and of the original, relative to the
# largest output, or absolute if the largest output is below 1. Rounding in float32 causes a
# difference of about 1e-6; a wrong layer causes one far above the tolerance.
TOLERANCE = 1e-4
# the runtimes get all inputs in one batch, and then the first input alone: any batch size must work
_BATCHES = (slice(0, 8), slice(0, 1))


@dataclasses.dataclass(frozen=True)
class WrittenFile:
    """A file of an export, and how far its outputs differ from the original.

    Attributes:
        name: name of the file.
        network: the network in it.
        differences: name of an output -> its largest difference from the original.
    """

    name: str
    network: Network
    differences: dict[str, float]

    @property
    def difference(self) -> float:
        """The largest difference over all outputs."""
        return max(self.differences.values())


def write(portable: Portable, kind: Format, folder: Path) -> list[WrittenFile]:
    """Write networks into a new folder, with a README.md that explains how to use them.

    Args:
        portable: networks to export.
        kind: format of the files.
        folder: path of the folder, which is created.

    Raises:
        LatentmapsError: a file's outputs differ too much from those of the original, or the runtime
            cannot run the file.
        OSError: the files cannot be written.
    """
    folder.mkdir()
    written = [_write(network, kind, folder) for network in portable.networks]
    text = _render_readme(portable, kind, written)
    (folder / "README.md").write_text(text, encoding="utf-8")
    return written


def _write(network: Network, kind: Format, folder: Path) -> WrittenFile:
    path = folder / f"{network.name}{kind.suffix}"
    kind.write(network.plain, path)
    try:
        differences = _compare(network, kind, path)
    except RuntimeError as error:  # the runtime lacks an operation
        reason = excerpt(" ".join(str(error).split()))
        raise LatentmapsError(
            f"{path.name}: {kind.runtime()} cannot run it ({reason}); nothing was kept - choose "
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
    return WrittenFile(
        path.name, network, {name: largest for name, (largest, _) in differences.items()}
    )


def _compare(network: Network, kind: Format, path: Path) -> dict[str, tuple[float, float]]:
    """Return the largest difference of each output, absolute and relative; NaN if any is NaN."""
    inputs = network.example_inputs(_BATCHES[0].stop)
    expected = network.run(inputs)
    run = kind.read(path, (network.input_name, *network.output_meanings))
    found = [(batch, run(inputs[batch])) for batch in _BATCHES]
    differences = {
        name: float(
            np.max([np.abs(outputs[name] - values[batch]).max() for batch, outputs in found])
        )
        for name, values in expected.items()
    }
    return {
        name: (largest, largest / max(1.0, float(np.abs(expected[name]).max())))
        for name, largest in differences.items()
    }


def _render_readme(portable: Portable, kind: Format, written: list[WrittenFile]) -> str:
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
