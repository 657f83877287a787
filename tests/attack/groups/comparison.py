"""The files of an experiment that ``latentmaps compare`` reads: JSON files and strips of faces."""

import functools
import io
import json
import random
from dataclasses import dataclass
from pathlib import Path

from tests.attack import documents, mutators, pngs
from tests.attack.case import Group
from tests.compare import example_experiments
from tests.compare.example_stages import File, Stage

from latentmaps.storage.stage_numbers import is_headline

_STRIPS = {
    "reconstructions": "draw_reconstructions/strip.png",
    **{name: f"draw_samples/strip_{name}.png" for name in example_experiments.SAMPLERS},
}
_FACT = 3.0


@functools.cache
def _files() -> dict[str, bytes]:
    """Return the name and content of every file of an experiment."""
    files = {}
    for stage, numbers in (
        ("train_vae", example_experiments.training_numbers(_FACT)),
        ("evaluate_vae", example_experiments.evaluation_numbers(_FACT)),
    ):
        headlines = {name: numbers.pop(name) for name in list(numbers) if is_headline(name)}
        files[f"{stage}/metrics.json"] = json.dumps(headlines).encode()
        files[f"{stage}/numbers.json"] = json.dumps(numbers).encode()
    for kind, image in example_experiments.make_strips(_FACT).items():
        png = io.BytesIO()
        image.save(png, "PNG")
        files[_STRIPS[kind]] = png.getvalue()
    return files


def _write(folder: Path, number: int, generator: random.Random) -> None:
    """Write the files of an experiment, one of them damaged; number 0 damages none."""
    files = dict(_files())
    if number:
        suffix, listed = ((".json", documents.listed()), (".png", pngs.hostile_pngs()))[number % 2]
        mutate = (documents.mutate, mutators.mutate)[number % 2]
        turn = (number - 1) // 2
        names = [name for name in files if name.endswith(suffix)]
        name = names[turn % len(names)]
        files[name] = listed[turn] if turn < len(listed) else mutate(files[name], generator)
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)


@dataclass
class _Output(File):
    """An output of the workspace that DVC keeps in its cache."""

    use_cache: bool = True


def _stages(folder: Path) -> dict[str, Stage]:
    """Return stages that wrote into a folder, as in DVC's index."""
    stages: dict[str, Stage] = {}
    for name in _files():
        stage = name.partition("/")[0]
        output = _Output(f"{folder}/{name}", "a hash")
        stages.setdefault(stage, Stage(stage)).outs.append(output)
    return stages


def _read(folder: Path) -> None:
    """Read an experiment and compare it with a good one."""
    from latentmaps.compare import page, revision
    from latentmaps.compare.revision import WORKSPACE, RequestedRevision

    requested = RequestedRevision(WORKSPACE, WORKSPACE)
    hostile = revision.read(requested, _stages(folder), files=None)
    good = example_experiments.make_experiment("good", 5.0)
    page.render([hostile, good], {})


GROUPS = (
    Group(
        "comparison",
        ("latentmaps.compare.revision",),
        _write,
        _read,
        num_cases=500,
        num_short=40,
    ),
)
