"""The table that ``latentmaps table`` prints: experiments, what differs, and headline numbers.

``dvc exp show`` has a column for every parameter and every file that a stage reads. This table has
the headline numbers and only those parameters that differ. No line is wider than 120 characters:
columns that do not fit are moved to a second table with the same rows. Below the table are the
means of experiments that differ only in a seed, and a sweep's answer.
"""

import dataclasses
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from latentmaps.compare import answer, answer_words, groups, notes, rows
from latentmaps.compare.answer import SweepAnswer
from latentmaps.compare.criteria import CRITERIA
from latentmaps.compare.experiment import Experiment, sort_by_fact
from latentmaps.compare.groups import SeedGroup
from latentmaps.compare.headlines import HEADLINES, Headline
from latentmaps.compare.measures import NO_VALUE, PLUS_MINUS
from latentmaps.errors import DataError, excerpt

WIDTH = 120
_GAP = "  "
_MAX_CHARACTERS = 28


@dataclass(frozen=True)
class _TextColumn:
    """A column of a table in plain text.

    Attributes:
        head: the words of its header, one per line.
        cells: the cells, from top to bottom.
        is_number: whether it contains numbers, which are right-aligned.
    """

    head: Sequence[str]
    cells: Sequence[str]
    is_number: bool = True

    @property
    def width(self) -> int:
        return max(map(len, [*self.head, *self.cells]))

    def lines(self, height: int) -> list[str]:
        """Return all lines of the column, with the header padded to `height` lines."""
        texts = [*[""] * (height - len(self.head)), *self.head, *self.cells]
        return [f"{t:>{self.width}}" if self.is_number else f"{t:<{self.width}}" for t in texts]


def render(experiments: Sequence[Experiment]) -> str:
    """Return the table as text, followed by warnings and by the experiments that are left out.

    Args:
        experiments: the experiments, in any order.

    Raises:
        DataError: no experiment has results.
    """
    shown = sort_by_fact([experiment for experiment in experiments if experiment.is_shown])
    remarks = [*_warnings(shown), *_left_out(experiments)]
    if not shown:
        raise DataError(f"no experiment has results; {' '.join(remarks)}")
    names = _TextColumn(
        ["experiment"],
        [excerpt(experiment.name, _MAX_CHARACTERS) for experiment in shown],
        is_number=False,
    )
    facts = _TextColumn(["fact"], [experiment.label for experiment in shown])
    others = [*_parameter_columns(rows.differing_parameters(shown)), *_number_columns(shown)]
    texts = [
        *_write([names, facts], others),
        *_write_groups(groups.make_groups(shown)),
        _write_answer(answer.judge_sweep(shown)),
    ]
    legend = (
        "Losses and KL: validation part; other numbers: test faces. kernel: distance between "
        "random and real faces, by sampler. See docs/compare.md."
    )
    lines = [textwrap.fill(text, WIDTH, subsequent_indent="  ") for text in [legend, *remarks]]
    return "\n\n".join([*texts, "\n".join(lines)])


def _parameter_columns(differing: Sequence[Mapping[str, str]]) -> list[_TextColumn]:
    keys = [name.rpartition(".")[2] for name in differing[0]]
    return [
        _TextColumn(
            [key] if keys.count(key) == 1 else name.split("."),
            [excerpt(texts[name], _MAX_CHARACTERS) for texts in differing],
            is_number=False,
        )
        for key, name in zip(keys, differing[0], strict=True)
    ]


def _number_columns(experiments: Sequence[Experiment]) -> list[_TextColumn]:
    columns = [
        _TextColumn(
            headline.words.split(),
            [_text(headline, headline.value(experiment)) for experiment in experiments],
        )
        for headline in HEADLINES
    ]
    return [column for column in columns if any(cell != NO_VALUE for cell in column.cells)]


def _text(headline: Headline, value: float | None) -> str:
    return NO_VALUE if value is None else headline.text(value)


def _write_groups(seed_groups: Sequence[SeedGroup]) -> list[str]:
    """Return the means of groups, with spreads below; empty if no group has several seeds."""
    if not groups.have_seeds(seed_groups):
        return []
    counts = [str(len(group.seeds)) for group in seed_groups]
    first = [
        _TextColumn(["fact"], _spaced(seed_groups, [group.label for group in seed_groups])),
        *(
            dataclasses.replace(column, cells=_spaced(seed_groups, column.cells))
            for column in _parameter_columns(groups.differing_parameters(seed_groups))
        ),
        _TextColumn(["seeds"], _spaced(seed_groups, counts, PLUS_MINUS)),
    ]
    columns = [
        _TextColumn(headline.words.split(), _means(seed_groups, headline)) for headline in HEADLINES
    ]
    columns = [column for column in columns if any(cell != NO_VALUE for cell in column.cells)]
    legend = "Means over seeds; below each its spread, the sample standard deviation."
    return [*_write(first, columns), legend]


def _spaced(seed_groups: Sequence[SeedGroup], cells: Sequence[str], below: str = "") -> list[str]:
    """Return a cell for each group, and another one below it if the group has a line of spreads."""
    pairs = zip(seed_groups, cells, strict=True)
    return [text for group, cell in pairs for text in [cell, below][: _num_lines(group)]]


def _means(seed_groups: Sequence[SeedGroup], headline: Headline) -> list[str]:
    """Return the mean of each group, and below it the spread if the group has several seeds."""
    statistics = [group.statistic(headline.value) for group in seed_groups]
    lines = [
        [_text(headline, found.mean), _text(headline, found.spread)]
        if found
        else [NO_VALUE, NO_VALUE]
        for found in statistics
    ]
    pairs = zip(seed_groups, lines, strict=True)
    return [cell for group, cells in pairs for cell in cells[: _num_lines(group)]]


def _num_lines(group: SeedGroup) -> int:
    """Return the number of lines of a group: one for the mean, and one for the spread if any."""
    return min(len(group.seeds), 2)


def _write_answer(found: SweepAnswer) -> str:
    """Return the answer as text: one line per value, followed by sentences."""
    trials = found.trials
    columns = [
        _TextColumn([found.name], [trial.label for trial in trials]),
        *(
            _TextColumn(
                [criterion.head, *textwrap.wrap(criterion.threshold, _MAX_CHARACTERS)],
                [f"{f.verdict}: {f.text}" for f in (trial.findings[place] for trial in trials)],
                is_number=False,
            )
            for place, criterion in enumerate(CRITERIA)
        ),
        _TextColumn(["supported"], [trial.verdict for trial in trials], is_number=False),
    ]
    advice = [f"{found.advice.reason}: {found.advice.command}"] if found.advice else []
    sentences = [answer_words.headline(found), *answer_words.evidence(found), *advice]
    lines = "\n".join(textwrap.fill(text, WIDTH, subsequent_indent="  ") for text in sentences)
    judged = [*_write(columns[:1], columns[1:]), f"{PLUS_MINUS}: two standard errors."]
    return "\n\n".join([*(judged if trials else []), lines])


def _write(first: Sequence[_TextColumn], others: Sequence[_TextColumn]) -> list[str]:
    """Return blocks of text, each of which begins with the columns in `first`."""
    blocks = _arrange(first, others)
    return ["\n".join(line.rstrip() for line in _join_columns(block)) for block in blocks]


def _arrange(
    first: Sequence[_TextColumn], others: Sequence[_TextColumn]
) -> list[list[_TextColumn]]:
    """Distribute columns over blocks of limited width; each block begins with `first`."""
    blocks: list[list[_TextColumn]] = [[*first]]
    for column in others:
        if _width([*blocks[-1], column]) > WIDTH and len(blocks[-1]) > len(first):
            blocks.append([*first])
        blocks[-1].append(column)
    return blocks


def _width(columns: Sequence[_TextColumn]) -> int:
    return sum(column.width for column in columns) + len(_GAP) * (len(columns) - 1)


def _join_columns(columns: Sequence[_TextColumn]) -> list[str]:
    height = max(len(column.head) for column in columns)
    lines = zip(*(column.lines(height) for column in columns), strict=True)
    return [_GAP.join(cells) for cells in lines]


def _warnings(experiments: Sequence[Experiment]) -> list[str]:
    return [f"warning: {note.text}" for note in notes.find_notes(experiments) if note.is_warning]


def _left_out(experiments: Sequence[Experiment]) -> list[str]:
    """Return the reasons why experiments have no row, or no training or test numbers."""
    ordered = sort_by_fact(experiments)
    return [
        f"{'incomplete' if experiment.is_shown else 'left out'}: {experiment.name} ("
        + ", ".join([f"fact {experiment.label}", *_words(differing)])
        + "): "
        + "; ".join(" - ".join(filter(None, (p.reason, p.command))) for p in experiment.problems)
        for experiment, differing in zip(ordered, rows.differing_parameters(ordered), strict=True)
        if not (experiment.training and experiment.test)
    ]


def _words(differing: Mapping[str, str]) -> list[str]:
    return [f"{name} {text}" for name, text in differing.items() if text != NO_VALUE]
