"""The numbers to compare, and where to find them among an experiment's numbers.

Labels, formats and explanations come from the report's glossary, so both pages use the same words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from latentmaps.compare.experiment import Experiment, Problem
from latentmaps.report import glossary, samplers
from latentmaps.report.glossary import Term
from latentmaps.vae.evaluation import fid_network

NO_VALUE = "\N{EN DASH}"
PLUS_MINUS = "\N{PLUS-MINUS SIGN}"
_BELOW_STRIPS = ("kernel_distance", "precision", "recall", "density", "coverage")
_STAGES = {"training": "train_vae", "test": "evaluate_vae"}


@dataclass(frozen=True)
class Annotation:
    """A second number that is shown next to a measure, such as its floor or its error.

    Attributes:
        words: what it is, as text.
        keys: its nested keys in the test or training numbers.
        term: glossary entry that formats it; None to format it like the measure.
    """

    words: str
    keys: tuple[str, ...]
    term: Term | None = None


@dataclass(frozen=True)
class Measure:
    """A number by which experiments are compared.

    Attributes:
        term: glossary entry that explains and formats it.
        document: ``training`` or ``test``.
        keys: its nested keys.
        label: its name on the page.
        annotations: numbers that are shown next to it.
    """

    term: Term
    document: str
    keys: tuple[str, ...]
    label: str
    annotations: tuple[Annotation, ...] = ()

    @property
    def key(self) -> str:
        """A name that is unique among all measures."""
        return "-".join([self.document, *self.keys]).replace("_", "-")

    def value(self, experiment: Experiment) -> float | None:
        """Return the number for an experiment, or None if it has none."""
        return experiment.number(self.document, *self.keys)

    def text(self, experiment: Experiment) -> str:
        """Return the number as the page shows it, or a dash if there is none."""
        value = self.value(experiment)
        return NO_VALUE if value is None else self.term.text(value)

    def note(self, experiment: Experiment) -> str:
        """Return the text next to the number; empty if there is none."""
        return ", ".join(
            f"{annotation.words} {(annotation.term or self.term).text(value)}"
            for annotation in self.annotations
            if (value := _find_number(experiment, annotation.keys)) is not None
        )


def _find_number(experiment: Experiment, keys: Sequence[str]) -> float | None:
    value = experiment.number("test", *keys)
    return experiment.number("training", *keys) if value is None else value


def _measure(
    document: str, *keys: str, label: str = "", annotations: tuple[Annotation, ...] = ()
) -> Measure:
    term = glossary.term(keys[-1])
    return Measure(term, document, keys, label or term.label, annotations)


def _training(name: str, label: str = "") -> Measure:
    return _measure("training", name, label=label or f"{glossary.term(name).label}, training part")


RECONSTRUCTION_LOSS = _measure("training", "val_reconstruction_loss")
KL = _measure("test", "kl_nats", label="Raw KL")
KL_SHARE = _measure("training", "val_kl_share", label="KL share")
MMD = _measure("test", "mmd_prior", label="MMD", annotations=(Annotation("floor", ("mmd_floor",)),))
_OF_ALL = (Annotation("of", ("latent_dim",)),)
_DIMENSIONS_USED = _measure("test", "num_dimensions_used", annotations=_OF_ALL)
_LABELS = {"mse": "MSE", "psnr_db": "PSNR", "ssim": "SSIM", "ms_ssim": "MS-SSIM"}
_LIKENESS = (
    *_LABELS,
    *("bce_per_dim", "bce_above_entropy", "sharpness"),
)


def _likeness(*keys: str) -> dict[str, Measure]:
    """Return the measures of reconstructions by name; `keys` locate them among the numbers."""
    annotations = {"sharpness": (Annotation("the faces", ("sharpness_originals",)),)}
    return {
        name: _measure(
            *("test", *keys, name),
            label=_LABELS.get(name, ""),
            annotations=annotations.get(name, ()),
        )
        for name in _LIKENESS
    }


_FROM_MEAN = _likeness()
# shown below the reconstructions
MAIN = (
    *(RECONSTRUCTION_LOSS, KL, KL_SHARE),
    *(_FROM_MEAN[name] for name in ("psnr_db", "ssim", "ms_ssim")),
    *(MMD, _DIMENSIONS_USED),
)
TRAINING = (
    *(RECONSTRUCTION_LOSS, KL_SHARE),
    _training("val_kl_share_above_floor", "KL share of the reducible loss"),
    _training("val_kl_nats", "Raw KL"),
    _training("val_kl_loss", "KL loss, times fact"),
    _training("val_total_loss", "Total loss"),
    _training("reconstruction_loss"),
    _training("kl_nats", "Raw KL, training part"),
    _training("kl_loss"),
    _training("total_loss"),
    _training("beta_equivalent", "beta"),
    _training("epoch", "Epochs"),
    _training("num_parameters", "Parameters of the network"),
)
POSTERIOR_MEAN = (
    *_FROM_MEAN.values(),
    _measure(
        *("test", "diversity"), annotations=(Annotation("the faces", ("diversity_originals",)),)
    ),
)
SAMPLED = tuple(_likeness("sampled").values())
_RADIUS = (Annotation(PLUS_MINUS, ("radius_std",)), Annotation("prior", ("radius_prior",)))
LATENT_SPACE = (
    *(KL, _DIMENSIONS_USED, _measure("test", "num_dimensions_90", annotations=_OF_ALL)),
    _measure("test", "radius_mean", annotations=_RADIUS),
    *(_measure("test", name) for name in ("z_mean_rms", "z_std_mean", "z_std_min", "z_std_max")),
    MMD,
)


def feature_measures(
    kind: str, net: str, names: Sequence[str] = samplers.OF_FEATURES
) -> list[Measure]:
    """Return the measures that depend on a feature net, for one kind of random faces.

    Args:
        kind: ``real``, a sampler, or a sampler with the suffix ``_cool``.
        net: name of the feature net.
        names: keys of the measures.
    """
    return [
        _measure(
            *("test", "samples", kind, net, name),
            label=samplers.label(name, net),
            annotations=_error(kind, net, name),
        )
        for name in names
    ]


def _error(kind: str, net: str, name: str) -> tuple[Annotation, ...]:
    if name not in samplers.ERRORS:
        return ()
    error = samplers.ERRORS[name]
    return (Annotation(PLUS_MINUS, ("samples", kind, net, error), glossary.term(error)),)


def picture_measures(kind: str) -> list[Measure]:
    """Return the measures that need no feature net, for one kind of random faces."""
    return [_measure("test", "samples", kind, name) for name in samplers.OF_PICTURES]


def strip_measures(sampler: str, nets: Sequence[str]) -> list[Measure]:
    """Return the measures shown below a strip of random faces.

    They are those of the first feature net, and FID if available.
    """
    fid_nets = [net for net in nets if net == fid_network.NAME]
    return [
        *(measure for net in nets[:1] for measure in feature_measures(sampler, net, _BELOW_STRIPS)),
        *(
            measure
            for net in fid_nets
            for measure in feature_measures(sampler, net, ["frechet_distance"])
        ),
    ]


def all_measures(nets: Sequence[str]) -> list[Measure]:
    """Return every measure in the tables; those of random faces once for each net in `nets`."""
    kinds = (samplers.REAL, *samplers.ALL_SAMPLERS)
    on_features = [
        measure for kind in kinds for net in nets for measure in feature_measures(kind, net)
    ]
    on_pictures = [measure for kind in kinds for measure in picture_measures(kind)]
    return [*TRAINING, *POSTERIOR_MEAN, *SAMPLED, *LATENT_SPACE, *on_features, *on_pictures]


def face_kinds(experiment: Experiment) -> list[str]:
    """Return ``real`` and the samplers that an experiment measured, in the order of its numbers."""
    samples = experiment.test.get("samples")
    known = samples.items() if isinstance(samples, Mapping) else []
    return [kind for kind, numbers in known if isinstance(numbers, Mapping)]


def feature_nets(experiments: Sequence[Experiment]) -> list[str]:
    """Return the names of all feature nets, in order of appearance."""
    named = [net for experiment in experiments for net in experiment.test.get("feature_nets") or []]
    return list(dict.fromkeys(net for net in named if isinstance(net, str)))


def distinct_counts(experiments: Sequence[Experiment], name: str) -> list[str]:
    """Return the distinct values of a test number in ascending order, as text."""
    values = {experiment.number("test", name) for experiment in experiments} - {None}
    return [f"{value:,.10g}" for value in sorted(filter(None, values))]


def find_missing(experiment: Experiment) -> list[Problem]:
    """Return a problem for each stage that did not write all numbers shown on the page.

    A numbers.json that is entirely unavailable is reported elsewhere, so it is skipped here.
    """
    missing: dict[str, dict[str, None]] = {}
    for measure in all_measures(feature_nets([experiment])):
        document = getattr(experiment, measure.document)
        if _STAGES[measure.document] in experiment.without_numbers:
            continue
        if measure.value(experiment) is None and document:
            missing.setdefault(measure.document, {})[_first_gap(document, measure.keys)] = None
    return [
        Problem(
            f"the numbers of {_STAGES[document]} have no {', '.join(names)}: made by an older "
            "version of the pipeline"
        )
        for document, names in missing.items()
    ]


def _first_gap(document: Mapping[str, Any], keys: Sequence[str]) -> str:
    """Return the dotted name of the first missing level, so a missing part is reported once."""
    for depth, key in enumerate(keys, 1):
        if not isinstance(document, Mapping) or key not in document:
            return ".".join(keys[:depth])
        document = document[key]
    return ".".join(keys)
