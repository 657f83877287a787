"""The tables that compare the samplers of random faces with each other and with real faces."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from latentmaps.report import content, glossary, tables
from latentmaps.report.glossary import Term
from latentmaps.report.inputs import Document
from latentmaps.report.tables import Cell, Group, Head, Row, Table

_REAL = "real"
_SAMPLERS = tuple(
    f"{sampler}{suffix}" for sampler in ("prior", "gaussian", "mixture") for suffix in ("", "_cool")
)
_OF_PICTURES = ("sharpness", "diversity")
_OF_FEATURES = (
    *("frechet_distance", "kernel_distance", "precision", "recall"),
    *("density", "coverage", "nearest_training"),
)
# The only features whose Frechet distance compares with published values of FID.
_INCEPTION_2015 = "inception-2015-fid"


@dataclass(frozen=True)
class _Column:
    """A column: its head, and the value of every row."""

    head: Head
    values: Mapping[str, float]
    term: Term

    def cells(self) -> dict[str, Cell]:
        """Gives the cells, row name -> cell; the best sampler is marked, the real row never."""
        rivals = {name: self.values[name] for name in _SAMPLERS}
        best = self.term.best(rivals, real=self.values[_REAL])
        return {
            name: Cell(self.term.text(value), name in best) for name, value in self.values.items()
        }


def sampler_tables(test: Document) -> list[Table]:
    """Gives a table for each feature net; the first one has the pictures' own numbers, too.

    Args:
        test: metrics.json of evaluate_vae.

    Raises:
        DataError: a number is missing.
    """
    samples = test.part("samples")
    rows = {name: samples.part(name) for name in (_REAL, *_SAMPLERS)}
    heads = _row_heads(test.number("temperature"))
    count = content.count(test.number("num_compared"))
    own = [_column(rows, name) for name in _OF_PICTURES]
    first, *others = test.texts("feature_nets")
    return [
        _tabulate(heads, own, first, rows, count=count),
        *(_tabulate(heads, [], net, rows, count=count) for net in others),
    ]


def _row_heads(temperature: float) -> dict[str, Head]:
    heads = {_REAL: tables.head(_REAL, note="the floor")}
    for name in _SAMPLERS:
        sampler = name.removesuffix("_cool")
        cooled = f"{glossary.term(sampler).label}, cooled to {temperature:g}"
        is_cool = name != sampler
        heads[name] = tables.head("temperature", label=cooled) if is_cool else tables.head(sampler)
    return heads


def _column(rows: Mapping[str, Document], name: str, *, label: str = "") -> _Column:
    values = {row: document.number(name) for row, document in rows.items()}
    return _Column(tables.head(name, label=label), values, glossary.term(name))


def _columns_of_net(rows: Mapping[str, Document], net: str) -> list[_Column]:
    parts = {name: document.part(net) for name, document in rows.items()}
    labels = {"frechet_distance": "FID"} if net == _INCEPTION_2015 else {}
    return [_column(parts, name, label=labels.get(name, "")) for name in _OF_FEATURES]


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
