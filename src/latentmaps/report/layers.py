"""Tables of a model's layers, with the number of weights in each layer."""

from collections.abc import Sequence
from dataclasses import dataclass

from latentmaps.report import content
from latentmaps.report.content import Head, Row, Table
from latentmaps.report.inputs import Document


@dataclass(frozen=True)
class Layers:
    """A model's layers that have weights.

    Attributes:
        num_weights: number of weights in the model, as text.
        dense_share: share of the weights that are in dense layers, as text.
        tables: one table per network of the model.
    """

    num_weights: str
    dense_share: str
    tables: Sequence[Table]


def read_layers(training: Document) -> Layers:
    """Return the layers of a trained model.

    Args:
        training: the numbers of the stage that trained the model.

    Raises:
        DataError: a number is missing.
    """
    rows: dict[str, list[Row]] = {}
    for layer in training.parts("layers"):
        cells = content.cells(
            layer.text("output_shape"),
            content.count(layer.number("weights")),
            content.percent(layer.number("share"), digits=2),
        )
        rows.setdefault(layer.text("network"), []).append(Row(Head(layer.text("layer")), cells))
    return Layers(
        num_weights=content.count(training.number("num_parameters")),
        dense_share=content.percent(training.number("dense_share"), digits=0),
        tables=[_tabulate(network, layers) for network, layers in rows.items()],
    )


def _tabulate(network: str, rows: Sequence[Row]) -> Table:
    return Table(
        key=f"layers-{network}".lower(),
        caption=f"{network[:1].upper()}{network[1:]}: layers with weights",
        corner=Head("Layer"),
        columns=[Head("Output"), content.head("num_parameters", label="Weights"), Head("Share")],
        rows=rows,
    )
