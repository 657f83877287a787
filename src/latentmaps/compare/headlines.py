"""The headline numbers: those of metrics.json, as tables of experiments and groups show them."""

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
        name: in metrics.json.
        document: training or test.
        words: above its column.
        term: explains it and has its format.
    """

    name: str
    document: str
    words: str
    term: Term

    def of(self, one: Experiment) -> float | None:
        """Return the number, or None."""
        value = one.number(self.document, self.name)
        if value is None and self.term.name == _KERNEL:  # older versions have it here alone
            nets = measures.feature_nets([one])[:1]
            kind = self.name.removeprefix("kernel_")
            return one.number(self.document, "samples", kind, *nets, _KERNEL)
        return value

    def text(self, value: float) -> str:
        """Return a value without its unit, which stands above the column."""
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
