"""What to know before experiments are compared: whether they differ in more than one looks at."""

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from latentmaps.compare import measures, parameters, rows
from latentmaps.compare.experiment import FACT, Experiment
from latentmaps.compare.measures import Measure
from latentmaps.report import glossary
from latentmaps.report.samplers import NOT_FITTED

# The latter decides which z is drawn for the strips of random faces; where a version has none, the
# former does.
_SEEDS_OF_Z = ("base.seed", "draw_samples.seed")
_OF_LOSS = ("train_vae.reconstruction_loss", "crop_faces.image_size", "crop_faces.num_channels")
# On these depend the samplers that are fitted, or what is measured on their faces.
_OF_SAMPLERS = (
    "evaluate_vae.num_encoded",
    "evaluate_vae.temperature",
    "evaluate_vae.feature_net_weights",
)


@dataclass(frozen=True)
class Note:
    """A sentence on the comparison.

    Attributes:
        text: the sentence.
        is_warning: the experiments do not compare in this respect.
    """

    text: str
    is_warning: bool = False


def find_notes(drawn: Sequence[Experiment]) -> list[Note]:
    """Return what is the same in all experiments and what is not, and whether a sweep behaves.

    Args:
        drawn: the experiments on the page, by fact.
    """
    notes = [
        _on_causes(drawn),
        _on_faces(drawn),
        _on_z(drawn),
        _on_data(drawn),
        _on_loss(drawn),
        _on_code(drawn),
        _on_versions(drawn),
        _on_compared_faces(drawn),
        _on_samplers(drawn),
        _on_sweep(drawn),
    ]
    return [note for note in notes if note is not None]


def _on_causes(drawn: Sequence[Experiment]) -> Note | None:
    """Return what differs besides fact; a warning, unless it is the only thing that differs."""
    of_each = [one.parameters for one in drawn]
    others = parameters.describe_causes(of_each, but=FACT)
    if not others:
        return None
    told = ", ".join(others)
    verb = "differs" if len(others) == 1 else "differ"
    if FACT in parameters.find_differing(of_each):
        return Note(
            f"{told} {verb}, too: fact is not the only cause of what is seen.", is_warning=True
        )
    if len(others) > 1:
        return Note(
            f"{told} {verb}: no one of them is the only cause of what is seen.", is_warning=True
        )
    return Note(f"What differs is {told}; fact is the same in all rows.")


def _on_faces(drawn: Sequence[Experiment]) -> Note | None:
    strips = [one.strips["reconstructions"] for one in drawn if "reconstructions" in one.strips]
    if len(strips) < 2:
        return None
    if rows.are_of_same_faces(strips):
        return Note("The test faces are the same in all rows, pixel by pixel.")
    return Note(
        "The test faces are not the same in all rows: each row has its own above its "
        "reconstructions.",
        is_warning=True,
    )


def _on_z(drawn: Sequence[Experiment]) -> Note | None:
    with_samples = [one for one in drawn if NOT_FITTED in one.strips]
    if len(with_samples) < 2:
        return None
    differing = _causes_of_other_z(with_samples)
    sizes = {one.strips[NOT_FITTED].size for one in with_samples}
    if differing or len(sizes) > 1:
        reason = ", ".join(differing) or "the size of the strips"
        return Note(
            "The random numbers behind the random faces are not the same in all rows, because of "
            f"{reason}: random faces in one column do not belong together.",
            is_warning=True,
        )
    terms = glossary.samplers()
    same = terms[NOT_FITTED].sampler
    fitted = " and ".join(term.sampler for term in terms.values() if term.is_fitted)
    return Note(
        f"The random numbers behind the random faces are the same in all rows. From the {same} a "
        f"column shows one and the same z; {fitted} are fitted to each network anew and take the "
        "same numbers to other z."
    )


def _causes_of_other_z(drawn: Sequence[Experiment]) -> list[str]:
    """Return the parameters because of which not all experiments draw the same z."""
    of_stages, of_pictures = _SEEDS_OF_Z
    seeds = {one.parameters.get(of_pictures, one.parameters.get(of_stages)) for one in drawn}
    names = _SEEDS_OF_Z if len(seeds) > 1 else ()
    return _differing(drawn, (*names, "train_vae.latent_dim"))


def _on_data(drawn: Sequence[Experiment]) -> Note | None:
    names = sorted({name for one in drawn for name in one.data})
    differing = [name for name in names if _disagree(one.data.get(name) for one in drawn)]
    if not differing:
        return None
    return Note(
        f"Trained or tested on different data ({', '.join(differing)}): the numbers of different "
        "rows are of different faces.",
        is_warning=True,
    )


def _on_loss(drawn: Sequence[Experiment]) -> Note | None:
    differing = _differing(drawn, _OF_LOSS)
    if not differing:
        return None
    return Note(
        f"{', '.join(differing)} differs: reconstruction loss, KL share and fact are on different "
        "scales and do not compare from row to row.",
        is_warning=True,
    )


def _on_code(drawn: Sequence[Experiment]) -> Note | None:
    names = list(dict.fromkeys(name for one in drawn for name in one.code))
    differing = [name for name in names if _disagree(one.code.get(name) for one in drawn)]
    if not differing:
        return None
    return Note(
        f"Not all experiments ran the same code of {', '.join(differing)}: a difference between "
        "rows may come from that.",
        is_warning=True,
    )


def _on_versions(drawn: Sequence[Experiment]) -> Note | None:
    found = {
        ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))
        for one in drawn
        if (versions := _versions(one))
    }
    if len(found) < 2:
        return None
    return Note(
        f"Made with different libraries: {'; '.join(sorted(found))}.",
        is_warning=True,
    )


def _versions(experiment: Experiment) -> dict[str, str]:
    """Return the libraries that computed the training or the numbers of the test."""
    documents = [one.get("versions") for one in (experiment.training, experiment.test)]
    return {name: text for one in documents if isinstance(one, dict) for name, text in one.items()}


def _on_compared_faces(drawn: Sequence[Experiment]) -> Note | None:
    # not the parameter: a small test part has fewer faces than it asks for
    counts = measures.counts(drawn, "num_compared")
    if len(counts) < 2:
        return None
    return Note(
        f"Not as many faces were compared in all rows ({', '.join(counts)}): fewer faces alone "
        "raise a Frechet distance, so the numbers on random faces do not compare from row to row.",
        is_warning=True,
    )


def _on_samplers(drawn: Sequence[Experiment]) -> Note | None:
    differing = _differing(drawn, _OF_SAMPLERS)
    if not differing:
        return None
    return Note(
        f"{', '.join(differing)} differs: the samplers were not fitted or not measured in the same "
        "way, and the numbers on random faces do not compare from row to row.",
        is_warning=True,
    )


def _differing(drawn: Sequence[Experiment], names: Iterable[str]) -> list[str]:
    differing = parameters.find_differing([one.parameters for one in drawn])
    return [name for name in dict.fromkeys(names) if name in differing]


def _disagree(values: Iterable[str | None]) -> bool:
    """Tell whether those experiments that have a value have different ones."""
    return len({value for value in values if value is not None}) > 1


_MEASURES = {"raw KL": measures.KL, "reconstruction loss": measures.RECONSTRUCTION_LOSS}


def _on_sweep(drawn: Sequence[Experiment]) -> Note | None:
    """Return whether raw KL falls and the reconstruction loss rises where only fact differs."""
    facts = [one.fact for one in drawn]
    if len(drawn) < 2 or len(set(facts)) < len(facts) or not _only_fact_differs(drawn):
        return None
    breaks = [
        *_breaks(drawn, measures.KL, "raw KL does not fall", lambda low, high: high < low),
        *_breaks(
            drawn,
            measures.RECONSTRUCTION_LOSS,
            "the reconstruction loss does not rise",
            lambda low, high: high > low,
        ),
    ]
    if breaks:
        return Note(
            f"A larger fact should lower the raw KL and raise the reconstruction loss, but "
            f"{'; '.join(breaks)}. Short trainings and random starts can do that.",
            is_warning=True,
        )
    return _praise(drawn)


def _praise(drawn: Sequence[Experiment]) -> Note:
    """Return the good verdict, or what it lacks: that no row contradicts it is no evidence."""
    gaps = [gap for name, measure in _MEASURES.items() if (gap := _gap(drawn, name, measure))]
    if gaps:
        return Note(
            "Whether raw KL falls and the reconstruction loss rises from each fact to the next "
            f"cannot be told: {'; '.join(gaps)}.",
            is_warning=True,
        )
    return Note("From each fact to the next, raw KL falls and the reconstruction loss rises.")


def _gap(drawn: Sequence[Experiment], name: str, measure: Measure) -> str:
    lacking = [one.label for one in drawn if measure.of(one) is None]
    return f"no {name} at fact {', '.join(lacking)}" if lacking else ""


def _only_fact_differs(drawn: Sequence[Experiment]) -> bool:
    return parameters.find_differing([one.parameters for one in drawn]) == [FACT]


def _breaks(
    drawn: Sequence[Experiment],
    measure: Measure,
    words: str,
    is_right: Callable[[float, float], bool],
) -> list[str]:
    known = [(one.label, value) for one in drawn if (value := measure.of(one)) is not None]
    return [
        f"{words} from {before[0]} to {after[0]}"
        for before, after in itertools.pairwise(known)
        if not is_right(before[1], after[1])
    ]
