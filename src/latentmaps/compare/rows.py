"""The rows of the comparison page: one per experiment, with its faces and the numbers below them.

A strip of reconstructions has two rows of tiles: test faces, and below them their reconstructions.
Comparing the upper rows pixel by pixel shows for certain whether experiments used the same faces.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from latentmaps.compare import measures, parameters
from latentmaps.compare.experiment import FACT, Experiment
from latentmaps.compare.measures import Measure
from latentmaps.faces.dataset import receipts
from latentmaps.pages import picture
from latentmaps.pages.picture import Picture
from latentmaps.report import glossary
from latentmaps.report.content import Number
from latentmaps.report.glossary import Term


@dataclass(frozen=True)
class FaceStrip:
    """A strip of faces with the numbers below it.

    Attributes:
        key: ``reconstructions``, or the name of a sampler.
        title: the title above it.
        term: glossary entry that explains the title; None if it needs no explanation.
        picture: the strip; None if there is none.
        alt: text alternative for the picture.
        numbers: the numbers below it.
    """

    key: str
    title: str
    term: Term | None
    picture: Picture | None
    alt: str
    numbers: Sequence[Number]


@dataclass(frozen=True)
class ExperimentRow:
    """The row of one experiment.

    Attributes:
        key: its unique name on the page.
        name: name of the experiment.
        revision: short hash of its commit.
        fact: weight of the KL term, as text.
        parameters: names and values of the parameters, except fact, that differ between rows.
        reconstructions: the strip of reconstructed test faces.
        samples: random faces, one strip for each sampler.
        link: relative link to its full page; empty if there is none.
    """

    key: str
    name: str
    revision: str
    fact: str
    parameters: Sequence[tuple[str, str]]
    reconstructions: FaceStrip
    samples: Sequence[FaceStrip]
    link: str


def show_same_faces(strips: Sequence[Image.Image]) -> bool:
    """Report whether the upper rows of all reconstruction strips are identical."""
    faces = [np.asarray(_upper_row(strip)) for strip in strips]
    return all(np.array_equal(row, faces[0]) for row in faces)


def _upper_row(strip: Image.Image) -> Image.Image:
    """Return the test faces in a reconstruction strip."""
    return strip.crop((0, 0, strip.width, strip.height // 2))


def _lower_row(strip: Image.Image) -> Image.Image:
    """Return the reconstructions in a reconstruction strip."""
    return strip.crop((0, strip.height - strip.height // 2, strip.width, strip.height))


def may_show_people(experiments: Sequence[Experiment]) -> bool:
    """Report whether the rows may show real people; False if all faces are avatars or digits."""
    sources = [
        experiment.parameters.get("fetch_faces.source")
        for experiment in experiments
        if experiment.is_shown
    ]
    return any(source not in receipts.WITHOUT_PEOPLE for source in sources)


def shared_originals(experiments: Sequence[Experiment]) -> Picture | None:
    """Return the test faces if they are identical in all reconstruction strips, otherwise None."""
    key = "reconstructions"
    strips = [experiment.strips[key] for experiment in experiments if key in experiment.strips]
    if not strips or not show_same_faces(strips):
        return None
    return picture.encode(_upper_row(strips[0]))


def differing_parameters(experiments: Sequence[Experiment]) -> list[dict[str, str]]:
    """Return each row's differing parameters as text, keyed by name, except fact."""
    return parameters.describe_differing(
        [experiment.parameters for experiment in experiments], excluding=FACT
    )


def make_rows(
    experiments: Sequence[Experiment], links: Mapping[int, str], *, has_shared_originals: bool
) -> list[ExperimentRow]:
    """Make one row per experiment.

    Args:
        experiments: the experiments, in the order of the rows.
        links: index in `experiments` -> link to the full page.
        has_shared_originals: whether the test faces are shown once above all rows rather than in
            each row.
    """
    differing = differing_parameters(experiments)
    nets = measures.feature_nets(experiments)
    return [
        ExperimentRow(
            key=f"row-{place + 1}",
            name=experiment.name,
            revision=experiment.revision,
            fact=experiment.label,
            parameters=list(differing[place].items()),
            reconstructions=_reconstructions(experiment, has_shared_originals=has_shared_originals),
            samples=[_samples(experiment, sampler, nets) for sampler in glossary.samplers()],
            link=links.get(place, ""),
        )
        for place, experiment in enumerate(experiments)
    ]


def _reconstructions(experiment: Experiment, *, has_shared_originals: bool) -> FaceStrip:
    strip = experiment.strips.get("reconstructions")
    source = f"by {experiment.name} (fact {experiment.label})"
    alt = f"Reconstructions of the test faces {source}"
    if has_shared_originals and strip is not None:
        strip = _lower_row(strip)
    if not has_shared_originals:
        alt = f"Test faces, and below each its reconstruction {source}"
    return FaceStrip(
        key="reconstructions",
        title="Reconstructions",
        term=None,
        picture=None if strip is None else picture.encode(strip),
        alt=alt,
        numbers=_numbers(experiment, measures.MAIN),
    )


def _samples(experiment: Experiment, sampler: str, nets: Sequence[str]) -> FaceStrip:
    strip = experiment.strips.get(sampler)
    term = glossary.term(sampler)
    return FaceStrip(
        key=sampler,
        title=term.label,
        term=term,
        picture=None if strip is None else picture.encode(strip),
        alt=f"Random faces of {experiment.name} (fact {experiment.label}), sampler {term.label}",
        numbers=_numbers(experiment, measures.strip_measures(sampler, nets)),
    )


def _numbers(experiment: Experiment, shown: Sequence[Measure]) -> list[Number]:
    return [
        Number(measure.label, measure.text(experiment), measure.note(experiment), measure.term)
        for measure in shown
    ]
