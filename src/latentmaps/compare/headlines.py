"""The headline numbers from metrics.json for the tables of experiments and of seed groups."""

from dataclasses import dataclass

from latentmaps.compare import measures
from latentmaps.compare.experiment import Experiment
from latentmaps.report import glossary
from latentmaps.report.glossary import Term

_KERNEL = "kernel_distance"


@dataclass(frozen=True)
class Headline:
    """A headline number.

    Attributes:
        name: key in metrics.json.
        document: ``training`` or ``test``.
        words: header of its column.
        term: glossary entry that explains and formats it.
    """

    name: str
    document: str
    words: str
    term: Term

    def value(self, experiment: Experiment) -> float | None:
        """Return the number for an experiment, or None if it has none."""
        value = experiment.number(self.document, self.name)
        # older pipeline versions store kernel distances only among the numbers of each sampler
        if value is None and self.term.name == _KERNEL:
            nets = measures.feature_nets([experiment])[:1]
            sampler = self.name.removeprefix("kernel_")
            return experiment.number(self.document, "samples", sampler, *nets, _KERNEL)
        return value

    def text(self, value: float) -> str:
        """Format a value without its unit, which is in the column header."""
        return self.term.text(value).removesuffix(self.term.unit).strip()


def _headline(name: str, document: str, words: str, term: str = "") -> Headline:
    return Headline(name, document, words, glossary.term(term or name))


HEADLINES = (
    _headline("val_total_loss", "training", "total loss"),
    _headline("val_bce_per_dim", "training", "BCE /dim"),
    _headline("val_nll_per_dim", "training", "NLL /dim", "bce_per_dim"),
    _headline("val_kl_nats", "training", "KL [nats]"),
    _headline("val_kl_share", "training", "KL [%]"),
    _headline("psnr_db", "test", "PSNR [dB]"),
    _headline("ssim", "test", "SSIM"),
    _headline("num_dimensions_used", "test", "dims used"),
    _headline("mmd_prior", "test", "MMD"),
    *(
        _headline(f"kernel_{name}", "test", f"kernel {term.sampler}", _KERNEL)
        for name, term in glossary.samplers().items()
    ),
)
