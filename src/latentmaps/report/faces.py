"""The faces section of the report: what the variational autoencoder learned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from latentmaps import doubts
from latentmaps.faces.dataset import receipts
from latentmaps.report import (
    content,
    curves,
    face_numbers,
    figures,
    glossary,
    inputs,
    layers,
    samplers,
)
from latentmaps.report.content import Number, Table
from latentmaps.report.curves import Curve
from latentmaps.report.face_numbers import Dimensions
from latentmaps.report.figures import Figure
from latentmaps.report.inputs import Document
from latentmaps.report.layers import Layers
from latentmaps.report.yardsticks import Yardstick

# column of history.csv -> (title, unit)
_CURVES = {
    "total_loss": ("Total loss", "loss per face"),
    "reconstruction_loss": ("Reconstruction loss", "loss per face"),
    "kl_loss": ("KL loss, times fact", "loss per face"),
}
# name of a sheet -> title of its tab, in the order of the page
SAMPLES = {
    **{name: term.label for name, term in glossary.samplers().items()},
    "temperatures": "Temperatures",
}
RECONSTRUCTIONS = {
    "test": "Test faces",
    "train": "Training faces",
    "sampled": "From a sampled z",
}
LATENT_WALKS = {
    "traversals": "Traversals",
    "interpolations": "Interpolations",
    "attributes": "Attributes",
    "plane": "Map",
}
LATENT_CHARTS = {"z_points": "Distances", "dimensions": "Dimensions", "projection": "Plane"}


@dataclass(frozen=True)
class Notice:
    """A warning about pictures of real people.

    Attributes:
        title: the warning in one sentence.
        text: the reason, and what to do.
    """

    title: str
    text: str


_NOTICE_OF_CELEBA = Notice(
    "Keep this page on this machine.",
    "It shows photographs of real people. CelebA is for non-commercial research only, and its "
    "terms forbid passing on any part of it. Do not publish, send or commit this page or any sheet "
    "with real faces or their reconstructions.",
)
_NOTICE_OF_OTHERS = Notice(
    "These are your own pictures: whose faces are they?",
    "Anyone who can be recognized on this page must agree before you share it. Until then, keep it "
    "on this machine.",
)


@dataclass(frozen=True)
class Faces:
    """The content of the faces section.

    Attributes:
        source: source of the faces, as named in the receipt.
        num_faces: number of faces that were fetched, as text.
        license: license of the faces and of pictures derived from them.
        notice: warning about pictures of real people; None if there are none.
        doubts: reasons why the results may be meaningless.
        fact: weight of the KL term, as text.
        seed: training seed, as text.
        origin: source of the faces, and the numbers of fetched, training and test faces.
        headlines: the key numbers at the top of the page.
        run: how the network was trained.
        numbers: tables about reconstructions and the latent space.
        dimensions: table of the latent dimensions.
        attributes: how clear each attribute is in the latent space; None if the faces have none.
        layers: the layers of the encoder and the decoder.
        samplers: one table per feature net.
        curves: one chart per loss.
        film: the training film; its first row has the validation faces.
        reconstructions: title of the tab -> figure.
        samples: title of the tab -> figure.
        latent_walks: title of the tab -> figure.
        latent_charts: title of the tab -> figure.
    """

    source: str
    num_faces: str
    license: str
    notice: Notice | None
    doubts: Sequence[str]
    fact: str
    seed: str
    origin: Sequence[Number]
    headlines: Sequence[Number]
    run: Sequence[Number]
    numbers: Sequence[Table]
    dimensions: Dimensions
    attributes: Table | None
    layers: Layers
    samplers: Sequence[Table]
    curves: Sequence[Curve]
    film: Figure
    reconstructions: Mapping[str, Figure]
    samples: Mapping[str, Figure]
    latent_walks: Mapping[str, Figure]
    latent_charts: Mapping[str, Figure]

    @property
    def are_digits(self) -> bool:
        """Whether the VAE was trained on digits instead of faces."""
        return self.source == receipts.DIGITS


def read_faces(receipt_path: Path, reports: Path, yardsticks: Mapping[str, Yardstick]) -> Faces:
    """Read everything that the page shows about the faces.

    Args:
        receipt_path: JSON receipt of fetch_faces.
        reports: folder with one folder per stage, named after the stage.
        yardsticks: column of history.csv -> reference values from the source of the method.

    Raises:
        DataError: a file is missing or damaged, or lacks a number that the page shows.
    """
    receipt = inputs.read_document(receipt_path)
    training = inputs.read_numbers(reports / "train_vae")
    test = inputs.read_numbers(reports / "evaluate_vae")
    return Faces(
        source=receipt.text("source"),
        num_faces=content.count(receipt.number("num_faces")),
        license=receipt.text("license"),
        notice=_notice(receipt.text("source")),
        doubts=_doubts(training, test),
        fact=f"{training.number('fact'):g}",
        seed=f"{training.number('seed'):.0f}",
        origin=_describe_origin(receipt, training, test),
        headlines=_headlines(training, test),
        run=_describe_run(training),
        numbers=[
            face_numbers.reconstruction_table(test),
            face_numbers.latent_table(training, test),
        ],
        dimensions=face_numbers.read_dimensions(reports / "evaluate_vae/dimensions.csv"),
        attributes=face_numbers.attribute_table(test),
        layers=layers.read_layers(training),
        samplers=samplers.make_tables(test),
        curves=curves.read_curves(reports, "train_vae", _CURVES, yardsticks),
        film=_read_film(reports),
        reconstructions=figures.read_figures(reports, "draw_reconstructions", RECONSTRUCTIONS),
        samples=figures.read_figures(reports, "draw_samples", SAMPLES),
        latent_walks=figures.read_figures(reports, "draw_latent_space", LATENT_WALKS),
        latent_charts=figures.read_figures(
            reports, "draw_latent_space", LATENT_CHARTS, are_charts=True
        ),
    )


def _read_film(reports: Path) -> Figure:
    words = inputs.read_document(reports / "train_vae/film.json")
    return figures.read_figure(reports / "train_vae/film.png", words, "draw_reconstructions")


def _notice(source: str) -> Notice | None:
    if source in receipts.WITHOUT_PEOPLE:
        return None
    return _NOTICE_OF_CELEBA if source == "celeba" else _NOTICE_OF_OTHERS


def _doubts(training: Document, test: Document) -> list[str]:
    samples = test.part("samples")
    from_random = "initial_weights" not in training.values
    num_steps = training.number("num_steps")
    return doubts.about_training(num_steps, from_random=from_random) + doubts.about_evaluation(
        reconstructions=(test.number("diversity"), test.number("diversity_originals")),
        random_faces=(
            samples.part(samplers.NOT_FITTED).number("diversity"),
            samples.part(samplers.REAL).number("diversity"),
        ),
    )


def _describe_origin(receipt: Document, training: Document, test: Document) -> list[Number]:
    return [
        Number("Source", receipt.text("source")),
        Number("Fetched", content.count(receipt.number("num_faces"))),
        Number("Training faces", content.count(training.number("num_train"))),
        Number("Test faces", content.count(test.number("num_test"))),
    ]


def _headlines(training: Document, test: Document) -> list[Number]:
    num_used, latent_dim = test.number("num_dimensions_used"), training.number("latent_dim")
    fact, beta = f"{training.number('fact'):g}", training.number("beta_equivalent")
    psnr, information = f"{test.number('psnr_db'):.1f} dB", f"{test.number('kl_nats'):.1f} nats"
    in_use = f"{num_used:.0f} of {latent_dim:.0f}"
    return [
        _headline("fact", "fact", fact, f"weight of the KL term; beta {beta:g}"),
        _headline("psnr_db", "Reconstruction", psnr, "PSNR of reconstructed test faces"),
        _headline("kl_nats", "Information", information, "about each face, on average"),
        _headline(
            "num_dimensions_used",
            "Latent space",
            in_use,
            "dimensions with more than 0.1 nat; "
            f"{test.number('num_dimensions_90'):.0f} carry 90% of the KL",
        ),
    ]


def _headline(name: str, label: str, value: str, note: str) -> Number:
    return Number(label, value, note, glossary.term(name))


def _describe_run(training: Document) -> list[Number]:
    versions = training.part("versions")
    names = ("fact", "beta_equivalent", "epoch", "batch_size", "num_parameters")
    kinds = {
        "kl_method": "kl_method",
        "reconstruction_loss_kind": "reconstruction_loss_kind",
        "compute_dtype": "precision",
    }
    return [
        *(
            content.explained(name, glossary.term(name).text(training.number(name)))
            for name in names
        ),
        *(content.explained(name, training.text(key)) for name, key in kinds.items()),
        Number("Training seed", f"{training.number('seed'):.0f}"),
        Number("TensorFlow", versions.text("tensorflow")),
        Number("Keras", versions.text("keras")),
    ]
