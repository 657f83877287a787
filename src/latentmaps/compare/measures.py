"""The numbers that are compared, and where they stand among those of an experiment.

Labels, formats and explanations come from the glossary of the report, so both pages say the same.
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
_UNDER_STRIPS = ("kernel_distance", "precision", "recall", "density", "coverage")
_STAGES = {"training": "train_vae", "test": "evaluate_vae"}


@dataclass(frozen=True)
class Beside:
    """A number that stands beside another one.

    Attributes:
        words: what it is.
        keys: names on the way into the document, of the test or of the training.
        term: how it is written; None: as the other one.
    """

    words: str
    keys: tuple[str, ...]
    term: Term | None = None


@dataclass(frozen=True)
class Measure:
    """A number of an experiment.

    Attributes:
        term: explains it.
        document: training or test.
        keys: names on the way into the document.
        label: on the page.
        beside: numbers that stand beside it.
    """

    term: Term
    document: str
    keys: tuple[str, ...]
    label: str
    beside: tuple[Beside, ...] = ()

    @property
    def key(self) -> str:
        """A name that no other measure has."""
        return "-".join([self.document, *self.keys]).replace("_", "-")

    def of(self, experiment: Experiment) -> float | None:
        """Return the number, or None."""
        return experiment.number(self.document, *self.keys)

    def text(self, experiment: Experiment) -> str:
        """Return the number as the page shows it, or a dash."""
        value = self.of(experiment)
        return NO_VALUE if value is None else self.term.text(value)

    def note(self, experiment: Experiment) -> str:
        """Return what stands beside the number; empty: nothing."""
        return ", ".join(
            f"{one.words} {(one.term or self.term).text(value)}"
            for one in self.beside
            if (value := _of_any(experiment, one.keys)) is not None
        )


def _of_any(experiment: Experiment, keys: Sequence[str]) -> float | None:
    value = experiment.number("test", *keys)
    return experiment.number("training", *keys) if value is None else value


def _measure(
    document: str, *keys: str, label: str = "", beside: tuple[Beside, ...] = ()
) -> Measure:
    term = glossary.term(keys[-1])
    return Measure(term, document, keys, label or term.label, beside)


def _training(name: str, label: str = "") -> Measure:
    return _measure("training", name, label=label or f"{glossary.term(name).label}, training part")


RECONSTRUCTION_LOSS = _measure("training", "val_reconstruction_loss")
KL = _measure("test", "kl_nats", label="Raw KL")
KL_SHARE = _measure("training", "val_kl_share", label="KL share")
MMD = _measure("test", "mmd_prior", label="MMD", beside=(Beside("floor", ("mmd_floor",)),))
_OF_ALL = (Beside("of", ("latent_dim",)),)
_DIMENSIONS_USED = _measure("test", "num_dimensions_used", beside=_OF_ALL)
_LABELS = {"mse": "MSE", "psnr_db": "PSNR", "ssim": "SSIM", "ms_ssim": "MS-SSIM"}
_LIKENESS = (
    *_LABELS,
    *("bce_per_dim", "bce_above_entropy", "sharpness"),
)


def _likeness(*way: str) -> dict[str, Measure]:
    """Return the measures of reconstructions by name; `way`: names on the way to them."""
    beside = {"sharpness": (Beside("the faces", ("sharpness_originals",)),)}
    return {
        name: _measure("test", *way, name, label=_LABELS.get(name, ""), beside=beside.get(name, ()))
        for name in _LIKENESS
    }


_FROM_MEAN = _likeness()
# those that stand under the reconstructions
MAIN = (
    *(RECONSTRUCTION_LOSS, KL, KL_SHARE),
    *(_FROM_MEAN[name] for name in ("psnr_db", "ssim", "ms_ssim")),
    *(MMD, _DIMENSIONS_USED),
)
TRAINING = (
    *(RECONSTRUCTION_LOSS, KL_SHARE),
    _training("val_kl_share_above_floor", "KL share of what can be lowered"),
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
    _measure("test", "diversity", beside=(Beside("the faces", ("diversity_originals",)),)),
)
SAMPLED = tuple(_likeness("sampled").values())
_RADIUS = (Beside(PLUS_MINUS, ("radius_std",)), Beside("prior", ("radius_prior",)))
LATENT_SPACE = (
    *(KL, _DIMENSIONS_USED, _measure("test", "num_dimensions_90", beside=_OF_ALL)),
    _measure("test", "radius_mean", beside=_RADIUS),
    *(_measure("test", name) for name in ("z_mean_rms", "z_std_mean", "z_std_min", "z_std_max")),
    MMD,
)


def of_samples(kind: str, net: str, names: Sequence[str] = samplers.OF_FEATURES) -> list[Measure]:
    """Return measures of one kind of random faces, on the features of one net."""
    return [
        _measure(
            *("test", "samples", kind, net, name),
            label=samplers.label(name, net),
            beside=_error(kind, net, name),
        )
        for name in names
    ]


def _error(kind: str, net: str, name: str) -> tuple[Beside, ...]:
    if name not in samplers.ERRORS:
        return ()
    error = samplers.ERRORS[name]
    return (Beside(PLUS_MINUS, ("samples", kind, net, error), glossary.term(error)),)


def of_pictures(kind: str) -> list[Measure]:
    """Return the measures of one kind of random faces that need no feature net."""
    return [_measure("test", "samples", kind, name) for name in samplers.OF_PICTURES]


def under_strips(sampler: str, nets: Sequence[str]) -> list[Measure]:
    """Return those that stand under random faces: on the first net, and the FID if there is one."""
    fid = [net for net in nets if net == fid_network.NAME]
    return [
        *(one for net in nets[:1] for one in of_samples(sampler, net, _UNDER_STRIPS)),
        *(one for net in fid for one in of_samples(sampler, net, ["frechet_distance"])),
    ]


def all_measures(nets: Sequence[str]) -> list[Measure]:
    """Return every measure of the tables, those of random faces on the features of `nets`."""
    kinds = (samplers.REAL, *samplers.ALL_SAMPLERS)
    of_nets = [one for kind in kinds for net in nets for one in of_samples(kind, net)]
    of_all = [one for kind in kinds for one in of_pictures(kind)]
    return [*TRAINING, *POSTERIOR_MEAN, *SAMPLED, *LATENT_SPACE, *of_nets, *of_all]


def kinds_of_faces(experiment: Experiment) -> list[str]:
    """Return real and the samplers of whose faces an experiment has numbers, in its own order."""
    samples = experiment.test.get("samples")
    known = samples.items() if isinstance(samples, Mapping) else []
    return [kind for kind, numbers in known if isinstance(numbers, Mapping)]


def feature_nets(experiments: Sequence[Experiment]) -> list[str]:
    """Return the names of all feature nets, in the order in which they are met."""
    named = [net for one in experiments for net in one.test.get("feature_nets") or []]
    return list(dict.fromkeys(net for net in named if isinstance(net, str)))


def counts(experiments: Sequence[Experiment], name: str) -> list[str]:
    """Return each value of a number of the test once, in rising order, as text."""
    values = {one.number("test", name) for one in experiments} - {None}
    return [f"{value:,.10g}" for value in sorted(filter(None, values))]


def find_missing(experiment: Experiment) -> list[Problem]:
    """Return a problem for each stage that did not write all numbers of the page.

    Where a whole file could not be had, that is a problem already.
    """
    missing: dict[str, dict[str, None]] = {}
    for measure in all_measures(feature_nets([experiment])):
        document = getattr(experiment, measure.document)
        if _STAGES[measure.document] in experiment.without_numbers:
            continue
        if measure.of(experiment) is None and document:
            missing.setdefault(measure.document, {})[_first_gap(document, measure.keys)] = None
    return [
        Problem(
            f"the numbers of {_STAGES[document]} have no {', '.join(names)}: made by an older "
            "version of the pipeline"
        )
        for document, names in missing.items()
    ]


def _first_gap(document: Mapping[str, Any], keys: Sequence[str]) -> str:
    """Return the name at which the way into a document ends: a whole part is named once."""
    for depth, key in enumerate(keys, 1):
        if not isinstance(document, Mapping) or key not in document:
            return ".".join(keys[:depth])
        document = document[key]
    return ".".join(keys)
