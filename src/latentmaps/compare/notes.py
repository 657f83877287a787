"""Notes to read before comparing experiments: what is equal, and what else differs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from latentmaps.compare import groups, measures, parameters, rows, trend
from latentmaps.compare.experiment import FACT, Experiment
from latentmaps.report import glossary
from latentmaps.report.samplers import NOT_FITTED

# The second seed determines the z of the strips of random faces; in versions of the pipeline
# without it, the first seed does.
_SEEDS_OF_Z = ("base.seed", "draw_samples.seed")
_LOSS_PARAMETERS = (
    "train_vae.reconstruction_loss",
    "crop_faces.image_size",
    "crop_faces.num_channels",
)
# The fitted samplers, or the numbers for their faces, depend on these parameters.
_SAMPLER_PARAMETERS = (
    "evaluate_vae.num_encoded",
    "evaluate_vae.temperature",
    "evaluate_vae.feature_net_weights",
)


@dataclass(frozen=True)
class ComparisonNote:
    """A sentence about the comparison.

    Attributes:
        text: the sentence.
        is_warning: whether the experiments are not comparable in this respect.
    """

    text: str
    is_warning: bool = False


def find_notes(experiments: Sequence[Experiment]) -> list[ComparisonNote]:
    """Return notes about what is equal, what is not, and whether the trend of a sweep is plausible.

    Args:
        experiments: the experiments on the page, sorted by fact.
    """
    notes = [
        _note_causes(experiments),
        _note_faces(experiments),
        _note_z(experiments),
        _note_data(experiments),
        _note_loss(experiments),
        _note_code(experiments),
        _note_versions(experiments),
        _note_compared_faces(experiments),
        _note_samplers(experiments),
        _note_trend(experiments),
    ]
    return [note for note in notes if note is not None]


def _note_causes(experiments: Sequence[Experiment]) -> ComparisonNote | None:
    """Return a note about what differs besides fact; a warning if there are several differences.

    Seeds do not count if any group has several, since they then serve to measure the spread.
    """
    parameter_sets = [experiment.parameters for experiment in experiments]
    is_repeated = groups.have_seeds(groups.make_groups(experiments))
    others = parameters.describe_causes(parameter_sets, excluding=FACT, has_seeds=not is_repeated)
    if not others:
        return _note_seeds(parameter_sets) if is_repeated else None
    differ = parameters.say_differ(others)
    if FACT in parameters.find_differing(parameter_sets):
        return ComparisonNote(
            f"{differ} as well: fact is not the only cause of the differences.",
            is_warning=True,
        )
    if len(others) > 1:
        return ComparisonNote(
            f"{differ}: none of them is the only cause of the differences.", is_warning=True
        )
    return ComparisonNote(f"The only difference is {others[0]}; fact is the same in all rows.")


def _note_seeds(parameter_sets: Sequence[Mapping[str, Any]]) -> ComparisonNote:
    names = [name for name in parameters.find_differing(parameter_sets) if parameters.is_seed(name)]
    texts = ", ".join(parameters.describe_values(parameter_sets, name) for name in names)
    return ComparisonNote(f"Experiments that differ only in a seed are grouped: {texts}.")


def _note_faces(experiments: Sequence[Experiment]) -> ComparisonNote | None:
    key = "reconstructions"
    strips = [experiment.strips[key] for experiment in experiments if key in experiment.strips]
    if len(strips) < 2:
        return None
    if rows.show_same_faces(strips):
        return ComparisonNote("The test faces are the same in all rows, pixel by pixel.")
    return ComparisonNote(
        "The test faces are not the same in all rows: each row shows its own above its "
        "reconstructions.",
        is_warning=True,
    )


def _note_z(experiments: Sequence[Experiment]) -> ComparisonNote | None:
    with_samples = [experiment for experiment in experiments if NOT_FITTED in experiment.strips]
    if len(with_samples) < 2:
        return None
    differing = _causes_of_other_z(with_samples)
    sizes = {experiment.strips[NOT_FITTED].size for experiment in with_samples}
    if differing or len(sizes) > 1:
        reason = ", ".join(differing) or "the size of the strips"
        return ComparisonNote(
            "The random faces do not come from the same random numbers in all rows, because of "
            f"{reason}: random faces in one column are unrelated.",
            is_warning=True,
        )
    terms = glossary.samplers()
    not_fitted = terms[NOT_FITTED].sampler
    fitted = join_words([term.sampler for term in terms.values() if term.is_fitted])
    return ComparisonNote(
        "The random faces come from the same random numbers in all rows. With the "
        f"{not_fitted}, all faces of a column have the same z; {fitted} are fitted to each network "
        "separately and map the same numbers to a different z."
    )


def _causes_of_other_z(experiments: Sequence[Experiment]) -> list[str]:
    """Return the parameters that make experiments sample different z."""
    base_seed, samples_seed = _SEEDS_OF_Z
    seeds = {
        experiment.parameters.get(samples_seed, experiment.parameters.get(base_seed))
        for experiment in experiments
    }
    names = _SEEDS_OF_Z if len(seeds) > 1 else ()
    return _differing(experiments, (*names, "train_vae.latent_dim"))


def join_words(words: Sequence[str]) -> str:
    """Join words as in a sentence: ``a, b and c``."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _note_data(experiments: Sequence[Experiment]) -> ComparisonNote | None:
    names = sorted({name for experiment in experiments for name in experiment.data})
    differing = [
        name for name in names if _disagree(experiment.data.get(name) for experiment in experiments)
    ]
    if not differing:
        return None
    return ComparisonNote(
        f"Trained or tested on different data ({', '.join(differing)}): the numbers of different "
        "rows belong to different faces.",
        is_warning=True,
    )


def _note_loss(experiments: Sequence[Experiment]) -> ComparisonNote | None:
    differing = _differing(experiments, _LOSS_PARAMETERS)
    if not differing:
        return None
    return ComparisonNote(
        f"{parameters.say_differ(differing)}: reconstruction loss, KL share and fact have "
        "different scales and cannot be compared between rows.",
        is_warning=True,
    )


def _note_code(experiments: Sequence[Experiment]) -> ComparisonNote | None:
    names = list(dict.fromkeys(name for experiment in experiments for name in experiment.code))
    differing = [
        name for name in names if _disagree(experiment.code.get(name) for experiment in experiments)
    ]
    if not differing:
        return None
    return ComparisonNote(
        f"The experiments did not all run the same code of {', '.join(differing)}: this may cause "
        "differences between rows.",
        is_warning=True,
    )


def _note_versions(experiments: Sequence[Experiment]) -> ComparisonNote | None:
    combinations = {
        ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))
        for experiment in experiments
        if (versions := _versions(experiment))
    }
    if len(combinations) < 2:
        return None
    return ComparisonNote(
        f"Made with different libraries: {'; '.join(sorted(combinations))}.",
        is_warning=True,
    )


def _versions(experiment: Experiment) -> dict[str, str]:
    """Return the versions of the libraries used for training and test, keyed by library."""
    documents = [numbers.get("versions") for numbers in (experiment.training, experiment.test)]
    return {
        name: text
        for versions in documents
        if isinstance(versions, dict)
        for name, text in versions.items()
    }


def _note_compared_faces(experiments: Sequence[Experiment]) -> ComparisonNote | None:
    # not the parameter: a small test part may have fewer faces than the parameter requests
    counts = measures.distinct_counts(experiments, "num_compared")
    if len(counts) < 2:
        return None
    return ComparisonNote(
        f"The number of compared faces differs between rows ({', '.join(counts)}): fewer faces "
        "raise a Fréchet distance, so the numbers on random faces cannot be compared between rows.",
        is_warning=True,
    )


def _note_samplers(experiments: Sequence[Experiment]) -> ComparisonNote | None:
    differing = _differing(experiments, _SAMPLER_PARAMETERS)
    if not differing:
        return None
    return ComparisonNote(
        f"{parameters.say_differ(differing)}: the samplers were not fitted or measured in the same "
        "way, so the numbers on random faces cannot be compared between rows.",
        is_warning=True,
    )


def _differing(experiments: Sequence[Experiment], names: Iterable[str]) -> list[str]:
    differing = parameters.find_differing([experiment.parameters for experiment in experiments])
    return [name for name in dict.fromkeys(names) if name in differing]


def _disagree(values: Iterable[str | None]) -> bool:
    """Report whether any two experiments with a value have different values."""
    return len({value for value in values if value is not None}) > 1


def _note_trend(experiments: Sequence[Experiment]) -> ComparisonNote | None:
    """Note whether raw KL falls and reconstruction loss rises with fact, if only fact differs."""
    seed_groups = trend.find_sweep(experiments)
    if not seed_groups:
        return None
    if breaks := trend.find_breaks(seed_groups):
        return ComparisonNote(
            f"A larger fact should lower the raw KL and raise the reconstruction loss, but "
            f"{'; '.join(breaks)}. Short training runs and random initial weights can cause this.",
            is_warning=True,
        )
    if gaps := trend.find_gaps(seed_groups):
        return ComparisonNote(
            "It is unknown whether raw KL falls and the reconstruction loss rises from each fact "
            f"to the next: {'; '.join(gaps)}.",
            is_warning=True,
        )
    return ComparisonNote(
        "From each fact to the next, raw KL falls and the reconstruction loss rises."
    )
