"""The table of ``latentmaps table``: experiments, what differs, and the headline numbers.

``dvc exp show`` has a column for every parameter and every file that a stage reads; this has the
numbers that people compare, and of the parameters those that differ. No line is wider than 120
characters: what does not fit stands in a second table below, with the same rows.
"""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from latentmaps.compare import measures, notes, rows
from latentmaps.compare.experiment import Experiment, by_fact
from latentmaps.compare.measures import NO_VALUE
from latentmaps.errors import DataError, excerpt
from latentmaps.report import glossary

WIDTH = 120
_GAP = "  "
_MOST_CHARACTERS = 28
_KERNEL = "kernel_distance"
# name in metrics.json -> document, the words above the column, the term that has the format
_HEADLINES = {
    "val_total_loss": ("training", "total loss", "total_loss"),
    "val_bce_per_dim": ("training", "BCE /dim", "bce_per_dim"),
    "val_nll_per_dim": ("training", "NLL /dim", "bce_per_dim"),
    "val_kl_nats": ("training", "KL [nats]", "kl_nats"),
    "val_kl_share": ("training", "KL [%]", "kl_share"),
    "psnr_db": ("test", "PSNR [dB]", "psnr_db"),
    "ssim": ("test", "SSIM", "ssim"),
    "num_dimensions_used": ("test", "dims used", "num_dimensions_used"),
    "mmd_prior": ("test", "MMD", "mmd_prior"),
    **{
        f"kernel_{name}": ("test", f"kernel {term.sampler}", _KERNEL)
        for name, term in glossary.samplers().items()
    },
}


@dataclass(frozen=True)
class _Column:
    """A column.

    Attributes:
        head: words, one below the other.
        cells: from the top.
        is_number: stands on the right.
    """

    head: Sequence[str]
    cells: Sequence[str]
    is_number: bool = True

    @property
    def width(self) -> int:
        return max(map(len, [*self.head, *self.cells]))

    def lines(self, height: int) -> list[str]:
        """Return all lines of the column, the head filled up to `height` lines."""
        texts = [*[""] * (height - len(self.head)), *self.head, *self.cells]
        return [f"{t:>{self.width}}" if self.is_number else f"{t:<{self.width}}" for t in texts]


def render(experiments: Sequence[Experiment]) -> str:
    """Return the table as text; below it, warnings and what is left out.

    Args:
        experiments: in any order.

    Raises:
        DataError: none of them has results.
    """
    drawn = by_fact([one for one in experiments if one.is_drawn])
    below = [*_warnings(drawn), *_left_out(experiments)]
    if not drawn:
        raise DataError(f"no experiment has results; {' '.join(below)}")
    names = _Column(
        ["experiment"], [excerpt(one.name, _MOST_CHARACTERS) for one in drawn], is_number=False
    )
    facts = _Column(["fact"], [one.label for one in drawn])
    blocks = _arrange([names, facts], [*_parameters(drawn), *_numbers(drawn)])
    texts = ["\n".join(line.rstrip() for line in _set(block)) for block in blocks]
    legend = (
        "Losses and KL: validation part; the others: test faces. kernel: distance of random faces "
        "from real ones, by sampler. docs/compare.md explains them."
    )
    told = [textwrap.fill(text, WIDTH, subsequent_indent="  ") for text in [legend, *below]]
    return "\n\n".join([*texts, "\n".join(told)])


def _parameters(drawn: Sequence[Experiment]) -> list[_Column]:
    differing = rows.differing_parameters(drawn)
    keys = [name.rpartition(".")[2] for name in differing[0]]
    return [
        _Column(
            [key] if keys.count(key) == 1 else name.split("."),
            [excerpt(texts[name], _MOST_CHARACTERS) for texts in differing],
            is_number=False,
        )
        for key, name in zip(keys, differing[0], strict=True)
    ]


def _numbers(drawn: Sequence[Experiment]) -> list[_Column]:
    columns = [
        _Column(words.split(), [_text(one, document, name, term) for one in drawn])
        for name, (document, words, term) in _HEADLINES.items()
    ]
    return [column for column in columns if any(cell != NO_VALUE for cell in column.cells)]


def _text(one: Experiment, document: str, name: str, term_name: str) -> str:
    value = one.number(document, name)
    if value is None and term_name == _KERNEL:  # older versions have it here alone
        nets = measures.feature_nets([one])[:1]
        value = one.number(document, "samples", name.removeprefix("kernel_"), *nets, _KERNEL)
    if value is None:
        return NO_VALUE
    term = glossary.term(term_name)
    return term.text(value).removesuffix(term.unit).strip()


def _arrange(first: Sequence[_Column], others: Sequence[_Column]) -> list[list[_Column]]:
    """Return blocks of columns, none wider than allowed; each begins with `first`."""
    blocks: list[list[_Column]] = [[*first]]
    for column in others:
        if _width([*blocks[-1], column]) > WIDTH and len(blocks[-1]) > len(first):
            blocks.append([*first])
        blocks[-1].append(column)
    return blocks


def _width(columns: Sequence[_Column]) -> int:
    return sum(column.width for column in columns) + len(_GAP) * (len(columns) - 1)


def _set(columns: Sequence[_Column]) -> list[str]:
    height = max(len(column.head) for column in columns)
    return [_GAP.join(cells) for cells in zip(*(one.lines(height) for one in columns), strict=True)]


def _warnings(drawn: Sequence[Experiment]) -> list[str]:
    return [f"mind: {note.text}" for note in notes.find_notes(drawn) if note.is_warning]


def _left_out(experiments: Sequence[Experiment]) -> list[str]:
    """Return why experiments have no row, or no numbers of the training or the test."""
    ordered = by_fact(experiments)
    return [
        f"{'incomplete' if one.is_drawn else 'left out'}: {one.name} ("
        + ", ".join([f"fact {one.label}", *_words(differing)])
        + "): "
        + "; ".join(" - ".join(filter(None, (p.reason, p.command))) for p in one.problems)
        for one, differing in zip(ordered, rows.differing_parameters(ordered), strict=True)
        if not (one.training and one.test)
    ]


def _words(differing: Mapping[str, str]) -> list[str]:
    return [f"{name} {text}" for name, text in differing.items() if text != NO_VALUE]
