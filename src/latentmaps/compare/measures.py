"""The numbers that are compared, and where they stand in the metrics of an experiment.

Labels, formats and explanations come from the glossary of the report, so both pages say the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from latentmaps.compare.experiment import Experiment, Problem
from latentmaps.report import glossary
from latentmaps.report.glossary import Term

NO_VALUE = "\N{EN DASH}"
SAMPLERS = ("prior", "gaussian", "mixture")
_OF_SAMPLES = ("kernel_distance", "precision", "recall", "density", "coverage")
_METRICS = {"training": "train_vae", "test": "evaluate_vae"}


@dataclass(frozen=True)
class Measure:
    """A number of an experiment.

    Attributes:
        term: explains it.
        document: training or test.
        keys: names on the way into the document.
        label: on the page.
        beside: names on the way to a number that stands beside it, and what it is.
    """

    term: Term
    document: str
    keys: tuple[str, ...]
    label: str
    beside: tuple[str, str] | None = None

    @property
    def key(self) -> str:
        """A name that no other measure has."""
        return "-".join([self.document, *self.keys]).replace("_", "-")

    def of(self, experiment: Experiment) -> float | None:
        """Gives the number, or None."""
        return experiment.number(self.document, *self.keys)

    def text(self, experiment: Experiment) -> str:
        """Gives the number as the page shows it, or a dash."""
        value = self.of(experiment)
        return NO_VALUE if value is None else self.term.text(value)

    def note(self, experiment: Experiment) -> str:
        """Gives what stands beside the number; empty: nothing."""
        if self.beside is None:
            return ""
        name, words = self.beside
        value = experiment.number("test", name)
        if value is None:
            value = experiment.number("training", name)
        return "" if value is None else f"{words} {self.term.text(value)}"


def _measure(
    document: str, *keys: str, label: str = "", beside: tuple[str, str] | None = None
) -> Measure:
    term = glossary.term(keys[-1])
    return Measure(term, document, keys, label or term.label, beside)


RECONSTRUCTION_LOSS = _measure("training", "val_reconstruction_loss")
KL = _measure("test", "kl_nats", label="Raw KL")
KL_SHARE = _measure("training", "val_kl_share", label="KL share")
MMD = _measure("test", "mmd_prior", label="MMD", beside=("mmd_floor", "floor"))
# those that stand under the reconstructions
MAIN = (
    RECONSTRUCTION_LOSS,
    KL,
    KL_SHARE,
    _measure("test", "psnr_db", label="PSNR"),
    _measure("test", "ssim", label="SSIM"),
    _measure("test", "ms_ssim", label="MS-SSIM"),
    MMD,
    _measure("test", "active_units", beside=("latent_dim", "of")),
)
_OTHERS = (
    _measure("test", "mse", label="MSE"),
    _measure("test", "bce_per_dim"),
    _measure("test", "bce_above_entropy"),
    _measure("test", "sharpness"),
    _measure("test", "sampled", "psnr_db", label="PSNR from a sampled z"),
    _measure("test", "radius_mean", beside=("radius_prior", "prior")),
    _measure("test", "z_mean_rms"),
    _measure("test", "z_std_mean"),
)


def of_samples(sampler: str, net: str) -> list[Measure]:
    """Gives the measures of random faces by one sampler, on the features of one net."""
    return [_measure("test", "samples", sampler, net, name) for name in _OF_SAMPLES]


def all_measures(net: str) -> list[Measure]:
    """Gives every measure of the sortable table, those of random faces on the features of `net`."""
    samples = [
        Measure(one.term, one.document, one.keys, f"{glossary.term(sampler).label}: {one.label}")
        for sampler in SAMPLERS
        for one in (of_samples(sampler, net) if net else [])
    ]
    return [*MAIN, *_OTHERS, *samples]


def feature_nets(experiments: Sequence[Experiment]) -> list[str]:
    """Gives the names of all feature nets, in the order in which they are met."""
    named = [net for one in experiments for net in one.test.get("feature_nets") or []]
    return list(dict.fromkeys(net for net in named if isinstance(net, str)))


def counts_of_compared_faces(experiments: Sequence[Experiment]) -> list[str]:
    """Gives how many faces of each kind were compared, each number once, in rising order."""
    counts = {one.number("test", "num_compared") for one in experiments} - {None}
    return [f"{count:,.0f}" for count in sorted(filter(None, counts))]


def find_missing(experiment: Experiment) -> list[Problem]:
    """Gives a problem for each file of metrics that lacks numbers of the page."""
    nets = feature_nets([experiment])
    missing: dict[str, dict[str, None]] = {}
    for measure in [*all_measures(nets[0] if nets else ""), *([] if nets else [_SAMPLES])]:
        if measure.of(experiment) is None and getattr(experiment, measure.document):
            missing.setdefault(measure.document, {})[".".join(measure.keys)] = None
    return [
        Problem(
            f"metrics.json of {_METRICS[document]} has no {', '.join(names)}: made by an older "
            "version of the pipeline"
        )
        for document, names in missing.items()
    ]


# stands for all numbers on random faces, where there is no feature net to name them by
_SAMPLES = Measure(glossary.term("feature_net"), "test", ("samples",), "")
