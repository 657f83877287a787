"""The table of ``latentmaps table``: experiments, what differs, and the headline numbers.

``dvc exp show`` has a column for every parameter and every file that a stage reads; this has the
numbers that people compare, and of the parameters those that differ. No line is wider than 120
characters: what does not fit stands in a second table below, with the same rows. Below them stand
the means of experiments that differ in a seed alone, and what a sweep says.
"""

import dataclasses
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from latentmaps.compare import answer, answer_words, groups, notes, rows
from latentmaps.compare.answer import Answer
from latentmaps.compare.criteria import CRITERIA
from latentmaps.compare.experiment import Experiment, by_fact
from latentmaps.compare.groups import Group
from latentmaps.compare.headlines import HEADLINES, Headline
from latentmaps.compare.measures import NO_VALUE, PLUS_MINUS
from latentmaps.errors import DataError, excerpt

WIDTH = 120
_GAP = "  "
_MOST_CHARACTERS = 28


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
    texts = [
        *_write([names, facts], [*_parameters(rows.differing_parameters(drawn)), *_numbers(drawn)]),
        *_write_groups(groups.make_groups(drawn)),
        _write_answer(answer.find(drawn)),
    ]
    legend = (
        "Losses and KL: validation part; the others: test faces. kernel: distance of random faces "
        "from real ones, by sampler. docs/compare.md explains them."
    )
    told = [textwrap.fill(text, WIDTH, subsequent_indent="  ") for text in [legend, *below]]
    return "\n\n".join([*texts, "\n".join(told)])


def _parameters(differing: Sequence[Mapping[str, str]]) -> list[_Column]:
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
        _Column(each.words.split(), [_text(each, each.of(one)) for one in drawn])
        for each in HEADLINES
    ]
    return [column for column in columns if any(cell != NO_VALUE for cell in column.cells)]


def _text(headline: Headline, value: float | None) -> str:
    return NO_VALUE if value is None else headline.text(value)


def _write_groups(made: Sequence[Group]) -> list[str]:
    """Return the means of groups, each spread below its mean; nothing without repeated seeds."""
    if not groups.have_seeds(made):
        return []
    first = [
        _Column(["fact"], _spaced(made, [one.label for one in made])),
        *(
            dataclasses.replace(column, cells=_spaced(made, column.cells))
            for column in _parameters(groups.differing_parameters(made))
        ),
        _Column(["seeds"], _spaced(made, [str(len(one.seeds)) for one in made], PLUS_MINUS)),
    ]
    columns = [_Column(each.words.split(), _means(made, each)) for each in HEADLINES]
    columns = [one for one in columns if any(cell != NO_VALUE for cell in one.cells)]
    legend = "Means over seeds; below each its spread, the sample standard deviation."
    return [*_write(first, columns), legend]


def _spaced(made: Sequence[Group], cells: Sequence[str], below: str = "") -> list[str]:
    """Return a cell for each group, and one below it where its line of spreads stands."""
    pairs = zip(made, cells, strict=True)
    return [text for one, cell in pairs for text in [cell, below][: min(len(one.seeds), 2)]]


def _means(made: Sequence[Group], headline: Headline) -> list[str]:
    """Return the mean of each group, and below it the spread where the group has seeds."""
    found = [one.statistic(headline.of) for one in made]
    lines = [
        [_text(headline, one.mean), NO_VALUE if one.spread is None else _text(headline, one.spread)]
        if one
        else [NO_VALUE, NO_VALUE]
        for one in found
    ]
    return [
        cell
        for one, line in zip(made, lines, strict=True)
        for cell in line[: min(len(one.seeds), 2)]
    ]


def _write_answer(found: Answer) -> str:
    """Return what the sweep supports: a line for each value, then the sentences."""
    trials = found.trials
    columns = [
        _Column([found.name], [trial.label for trial in trials]),
        *(
            _Column(
                [criterion.head, *textwrap.wrap(criterion.threshold, _MOST_CHARACTERS)],
                [f"{f.verdict}: {f.text}" for f in (trial.findings[place] for trial in trials)],
                is_number=False,
            )
            for place, criterion in enumerate(CRITERIA)
        ),
        _Column(["supported"], [trial.verdict for trial in trials], is_number=False),
    ]
    lacking = found.lacking
    advice = [f"{lacking.reason}: {lacking.command}"] if lacking else []
    told = [answer_words.headline(found), *answer_words.evidence(found), *advice]
    lines = "\n".join(textwrap.fill(text, WIDTH, subsequent_indent="  ") for text in told)
    judged = [*_write(columns[:1], columns[1:]), f"Behind {PLUS_MINUS}: two standard errors."]
    return "\n\n".join([*(judged if trials else []), lines])


def _write(first: Sequence[_Column], others: Sequence[_Column]) -> list[str]:
    """Return blocks of text, each one of columns that begin with `first`."""
    blocks = _arrange(first, others)
    return ["\n".join(line.rstrip() for line in _set(block)) for block in blocks]


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
