"""Numbers about random faces: their names, and the tables that compare the samplers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from latentmaps.report import content, glossary
from latentmaps.report.content import Cell, Group, Head, Row, Table
from latentmaps.report.glossary import Term
from latentmaps.report.inputs import Document
from latentmaps.vae.evaluation import fid_network

REAL = "real"
SAMPLERS = tuple(glossary.samplers())
# the one sampler that is the same for all networks
NOT_FITTED = next(name for name, term in glossary.samplers().items() if not term.is_fitted)
# suffix of the samplers at the configured temperature, with less spread
COOLED = "_cool"
ALL_SAMPLERS = tuple(f"{sampler}{suffix}" for sampler in SAMPLERS for suffix in ("", COOLED))
OF_PICTURES = ("sharpness", "diversity")
OF_FEATURES = (
    *("frechet_distance", "kernel_distance", "precision", "recall"),
    *("density", "coverage", "nearest_training"),
)
# key of a number -> key of its standard error
ERRORS = {"kernel_distance": "kernel_distance_error"}


def label(name: str, net: str = "") -> str:
    """Return the label of a number: ``FID`` for the Fréchet distance on the net that FID uses."""
    is_fid = (net, name) == (fid_network.NAME, "frechet_distance")
    return "FID" if is_fid else glossary.term(name).label


def head(kind: str, temperature: str) -> Head:
    """Return the header of a row.

    Args:
        kind: ``real``, a sampler, or a sampler with the suffix ``_cool``.
        temperature: temperature of cooled samplers, as text; empty if unknown.

    Raises:
        KeyError: the glossary has no such sampler.
    """
    if kind == REAL:
        return content.head(REAL, note="the floor")
    if not kind.endswith(COOLED):
        return content.head(kind)
    cooled = f"{glossary.term(kind.removesuffix(COOLED)).label}, cooled"
    words = f"{cooled} to {temperature}" if temperature else cooled
    return content.head("temperature", label=words)


def find_best(term: Term, values: Mapping[str, float]) -> set[str]:
    """Return the best samplers according to one number, ignoring real faces.

    Args:
        term: the term of the number.
        values: kind of faces -> value.
    """
    rivals = {kind: value for kind, value in values.items() if kind != REAL}
    return term.best(rivals, real=values.get(REAL))


def make_tables(test: Document) -> list[Table]:
    """Return one table per feature net. The first table also has the numbers that need no net.

    Args:
        test: the numbers of evaluate_vae.

    Raises:
        DataError: a number is missing.
    """
    samples = test.part("samples")
    rows = {kind: samples.part(kind) for kind in (REAL, *ALL_SAMPLERS)}
    temperature = f"{test.number('temperature'):g}"
    heads = {kind: head(kind, temperature) for kind in rows}
    count = content.count(test.number("num_compared"))
    picture_columns = [_column(rows, name) for name in OF_PICTURES]
    first, *others = test.texts("feature_nets")
    return [
        _tabulate(heads, picture_columns, first, rows, count=count),
        *(_tabulate(heads, [], net, rows, count=count) for net in others),
    ]


@dataclass(frozen=True)
class _Column:
    """A column: its header, and its cells by kind of faces."""

    head: Head
    cells: Mapping[str, Cell]


def _column(rows: Mapping[str, Document], name: str, *, net: str = "") -> _Column:
    term = glossary.term(name)
    best = find_best(term, {kind: document.number(name) for kind, document in rows.items()})
    cells = {
        kind: Cell(_text(document, term), is_best=kind in best) for kind, document in rows.items()
    }
    return _Column(content.head(name, label=label(name, net)), cells)


def _text(document: Document, term: Term) -> str:
    """Format a number, followed by its standard error if it has one."""
    text = term.text(document.number(term.name))
    if term.name not in ERRORS:
        return text
    error = ERRORS[term.name]
    return f"{text} \N{PLUS-MINUS SIGN} {glossary.term(error).text(document.number(error))}"


def _tabulate(
    heads: Mapping[str, Head],
    picture_columns: Sequence[_Column],
    net: str,
    rows: Mapping[str, Document],
    *,
    count: str,
) -> Table:
    """Return the table for a feature net; `picture_columns` come first."""
    parts = {kind: document.part(net) for kind, document in rows.items()}
    net_columns = [_column(parts, name, net=net) for name in OF_FEATURES]
    groups = [
        Group(Head("Pictures"), len(picture_columns)),
        Group(content.head("feature_net", label=f"Features: {net}"), len(net_columns)),
    ]
    columns = [*picture_columns, *net_columns]
    return Table(
        key=f"samplers-{net}",
        caption=f"{count} faces of each kind, compared with {count} test faces by {net}",
        corner=Head("Faces"),
        columns=[column.head for column in columns],
        rows=[
            Row(head, [column.cells[kind] for column in columns]) for kind, head in heads.items()
        ],
        groups=[group for group in groups if group.num_columns],
    )
