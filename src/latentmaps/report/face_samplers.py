"""The tables that compare the samplers of random faces with each other and with real faces."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from latentmaps.report import content, glossary, sampler_numbers, tables
from latentmaps.report.glossary import Term
from latentmaps.report.inputs import Document
from latentmaps.report.tables import Cell, Group, Head, Row, Table


@dataclass(frozen=True)
class _Column:
    """A column: its head, and of every row the value and how it stands there."""

    head: Head
    values: Mapping[str, float]
    texts: Mapping[str, str]
    term: Term

    def cells(self) -> dict[str, Cell]:
        """Gives the cells, row name -> cell; the best sampler is marked, the real row never."""
        rivals = {name: self.values[name] for name in sampler_numbers.ALL_SAMPLERS}
        best = self.term.best(rivals, real=self.values[sampler_numbers.REAL])
        return {name: Cell(text, name in best) for name, text in self.texts.items()}


def sampler_tables(test: Document) -> list[Table]:
    """Gives a table for each feature net; the first one has the pictures' own numbers, too.

    Args:
        test: the numbers of evaluate_vae.

    Raises:
        DataError: a number is missing.
    """
    samples = test.part("samples")
    rows = {
        name: samples.part(name) for name in (sampler_numbers.REAL, *sampler_numbers.ALL_SAMPLERS)
    }
    temperature = f"{test.number('temperature'):g}"
    heads = {kind: sampler_numbers.head(kind, temperature) for kind in rows}
    count = content.count(test.number("num_compared"))
    own = [_column(rows, name) for name in sampler_numbers.OF_PICTURES]
    first, *others = test.texts("feature_nets")
    return [
        _tabulate(heads, own, first, rows, count=count),
        *(_tabulate(heads, [], net, rows, count=count) for net in others),
    ]


def _column(rows: Mapping[str, Document], name: str, *, label: str = "") -> _Column:
    term = glossary.term(name)
    values = {row: document.number(name) for row, document in rows.items()}
    texts = {row: _text(document, name, term) for row, document in rows.items()}
    return _Column(tables.head(name, label=label), values, texts, term)


def _text(document: Document, name: str, term: Term) -> str:
    text = term.text(document.number(name))
    if name not in sampler_numbers.ERRORS:
        return text
    error = document.number(sampler_numbers.ERRORS[name])
    return sampler_numbers.with_error(text, name, error)


def _columns_of_net(rows: Mapping[str, Document], net: str) -> list[_Column]:
    parts = {name: document.part(net) for name, document in rows.items()}
    return [
        _column(parts, name, label=sampler_numbers.label(name, net))
        for name in sampler_numbers.OF_FEATURES
    ]


def _tabulate(
    heads: Mapping[str, Head],
    own: Sequence[_Column],
    net: str,
    rows: Mapping[str, Document],
    *,
    count: str,
) -> Table:
    """Gives the table of a feature net, with the columns `own` before its columns."""
    of_net = _columns_of_net(rows, net)
    groups = [
        Group(Head("Pictures"), len(own)),
        Group(tables.head("feature_net", label=f"Features: {net}"), len(of_net)),
    ]
    columns = [*own, *of_net]
    cells = [column.cells() for column in columns]
    return Table(
        key=f"samplers-{net}",
        caption=f"{count} faces of each kind, compared with {count} test faces by {net}",
        corner=Head("Faces"),
        columns=[column.head for column in columns],
        rows=[Row(head, [column[name] for column in cells]) for name, head in heads.items()],
        groups=[group for group in groups if group.num_columns],
    )
