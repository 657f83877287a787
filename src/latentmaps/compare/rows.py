"""The rows of the page: one experiment each, with its faces and the numbers under them.

A strip of reconstructions has two rows: test faces, and below them what is left of them. The upper
row tells for certain, pixel by pixel, whether experiments were shown the same faces.
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
class Strip:
    """A strip of faces.

    Attributes:
        key: reconstructions, or the name of a sampler.
        title: above it.
        term: explains the title; None: it needs no words.
        picture: None where there is none.
        alt: says what is shown.
        numbers: under it.
    """

    key: str
    title: str
    term: Term | None
    picture: Picture | None
    alt: str
    numbers: Sequence[Number]


@dataclass(frozen=True)
class Row:
    """One experiment.

    Attributes:
        key: its name within the page.
        name: of the experiment.
        revision: short hash of its commit.
        fact: weight of the KL term.
        parameters: name and value of those, besides fact, that are not the same in all rows.
        reconstructions: of the test faces.
        samples: random faces, one strip for each sampler.
        link: to its full page, relative; empty: there is none.
    """

    key: str
    name: str
    revision: str
    fact: str
    parameters: Sequence[tuple[str, str]]
    reconstructions: Strip
    samples: Sequence[Strip]
    link: str


def are_of_same_faces(strips: Sequence[Image.Image]) -> bool:
    """Tell whether the upper rows of strips of reconstructions are equal."""
    faces = [np.asarray(_originals(strip)) for strip in strips]
    return all(np.array_equal(one, faces[0]) for one in faces)


def _originals(strip: Image.Image) -> Image.Image:
    """Return the upper row of a strip of reconstructions."""
    return strip.crop((0, 0, strip.width, strip.height // 2))


def _remains(strip: Image.Image) -> Image.Image:
    """Return the lower row of a strip of reconstructions."""
    return strip.crop((0, strip.height - strip.height // 2, strip.width, strip.height))


def may_show_persons(experiments: Sequence[Experiment]) -> bool:
    """Tell whether there may be faces of persons in the rows; not when all are drawn, or digits."""
    sources = [one.parameters.get("fetch_faces.source") for one in experiments if one.is_drawn]
    return any(source not in receipts.WITHOUT_PERSONS for source in sources)


def shared_originals(drawn: Sequence[Experiment]) -> Picture | None:
    """Return the test faces, when all experiments that show any show the same ones."""
    strips = [one.strips["reconstructions"] for one in drawn if "reconstructions" in one.strips]
    if not strips or not are_of_same_faces(strips):
        return None
    return picture.encode(_originals(strips[0]))


def differing_parameters(drawn: Sequence[Experiment]) -> list[dict[str, str]]:
    """Return for each row name -> text of the parameters, besides fact, that differ among them."""
    return parameters.describe_differing([one.parameters for one in drawn], but=FACT)


def make_rows(
    drawn: Sequence[Experiment], links: Mapping[int, str], *, has_shared_originals: bool
) -> list[Row]:
    """Return a row for each experiment.

    Args:
        drawn: the experiments, in the order of the rows.
        links: place in `drawn` -> link to the full page.
        has_shared_originals: the test faces stand above all rows, not in each of them.
    """
    differing = differing_parameters(drawn)
    nets = measures.feature_nets(drawn)
    return [
        Row(
            key=f"row-{place + 1}",
            name=one.name,
            revision=one.revision,
            fact=one.label,
            parameters=list(differing[place].items()),
            reconstructions=_reconstructions(one, has_shared_originals=has_shared_originals),
            samples=[_samples(one, sampler, nets) for sampler in glossary.samplers()],
            link=links.get(place, ""),
        )
        for place, one in enumerate(drawn)
    ]


def _reconstructions(one: Experiment, *, has_shared_originals: bool) -> Strip:
    strip = one.strips.get("reconstructions")
    alt = f"What {one.name} (fact {one.label}) makes of the test faces"
    if has_shared_originals and strip is not None:
        strip = _remains(strip)
    if not has_shared_originals:
        alt = f"Test faces, and below each what {one.name} (fact {one.label}) makes of it"
    return Strip(
        key="reconstructions",
        title="Reconstructions",
        term=None,
        picture=None if strip is None else picture.encode(strip),
        alt=alt,
        numbers=_numbers(one, measures.MAIN),
    )


def _samples(one: Experiment, sampler: str, nets: Sequence[str]) -> Strip:
    strip = one.strips.get(sampler)
    term = glossary.term(sampler)
    return Strip(
        key=sampler,
        title=term.label,
        term=term,
        picture=None if strip is None else picture.encode(strip),
        alt=f"Random faces of {one.name} (fact {one.label}), sampler {term.label}",
        numbers=_numbers(one, measures.under_strips(sampler, nets)),
    )


def _numbers(one: Experiment, of: Sequence[Measure]) -> list[Number]:
    return [Number(each.label, each.text(one), each.note(one), each.term) for each in of]
