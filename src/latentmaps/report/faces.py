"""The part of the page on the faces: what the variational autoencoder does with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from latentmaps import doubts
from latentmaps.report import content, curves, face_numbers, face_samplers, glossary, inputs
from latentmaps.report.content import Number, Sheet
from latentmaps.report.curves import Curve
from latentmaps.report.face_numbers import Dimensions
from latentmaps.report.inputs import Document
from latentmaps.report.tables import Table

# column of history.csv -> title, unit
_CURVES = {
    "total_loss": ("Total loss", "loss per face"),
    "reconstruction_loss": ("Reconstruction loss", "loss per face"),
    "kl_loss": ("KL loss, times fact", "loss per face"),
}
# names of sheets -> words of their tabs, in the order of the page
SAMPLES = {
    "prior": "Prior",
    "gaussian": "Gaussian",
    "mixture": "Mixture",
    "temperatures": "Temperatures",
}
RECONSTRUCTIONS = {"test": "Test faces", "train": "Training faces"}
LATENT_WALKS = {
    "traversals": "Traversals",
    "interpolations": "Interpolations",
    "attributes": "Attributes",
}
LATENT_CHARTS = {"z_points": "Distances", "dimensions": "Dimensions", "projection": "Plane"}
_DRAWN_FACES = "avatars"


@dataclass(frozen=True)
class Notice:
    """What to mind with pictures of real persons.

    Attributes:
        title: what it is about.
        text: what to do.
    """

    title: str
    text: str


_NOTICE_OF_CELEBA = Notice(
    "Keep this page on this machine.",
    "It shows photographs of real persons. CelebA is for non-commercial research only, and its "
    "terms forbid to pass on any part of it. Every sheet with real faces or with reconstructions "
    "of them must stay here, and so must this page: do not publish, send or commit them.",
)
_NOTICE_OF_OTHERS = Notice(
    "These are your own pictures: whose faces are they?",
    "Whoever can be recognised on this page has a say in where it goes. Until you have asked, keep "
    "it on this machine.",
)


@dataclass(frozen=True)
class FacesFiles:
    """Where the stages on faces wrote; see dvc.yaml, stage build_report.

    Attributes:
        receipt: JSON, what fetch_faces took.
        train_vae: folder with metrics.json, numbers.json and history.csv.
        evaluate_vae: folder with metrics.json, numbers.json and dimensions.csv.
        draw_reconstructions: folder with sheets.json and its PNG files.
        draw_samples: likewise.
        draw_latent_space: likewise.
    """

    receipt: Path
    train_vae: Path
    evaluate_vae: Path
    draw_reconstructions: Path
    draw_samples: Path
    draw_latent_space: Path


@dataclass(frozen=True)
class Faces:
    """What the page tells about the faces.

    Attributes:
        source: where they come from.
        num_faces: how many were fetched.
        licence: of the faces, and of pictures made from them.
        notice: what to mind with pictures of real persons; None: the faces are drawn.
        doubts: why the pictures may say little.
        fact: weight of the KL term.
        seed: of the training.
        origin: where they come from and how many there are.
        headlines: the few numbers that stand on top of the page.
        run: how the network was trained.
        numbers: on reconstructions and on the latent space.
        dimensions: of the latent space.
        samplers: a table for each feature net.
        curves: a chart for each loss.
        reconstructions: word of the tab -> sheet.
        samples: likewise.
        latent_walks: likewise.
        latent_charts: likewise.
    """

    source: str
    num_faces: str
    licence: str
    notice: Notice | None
    doubts: Sequence[str]
    fact: str
    seed: str
    origin: Sequence[Number]
    headlines: Sequence[Number]
    run: Sequence[Number]
    numbers: Sequence[Table]
    dimensions: Dimensions
    samplers: Sequence[Table]
    curves: Sequence[Curve]
    reconstructions: Mapping[str, Sheet]
    samples: Mapping[str, Sheet]
    latent_walks: Mapping[str, Sheet]
    latent_charts: Mapping[str, Sheet]


def read_faces(files: FacesFiles) -> Faces:
    """Gives all that the page shows of the faces.

    Raises:
        DataError: a file is missing, damaged, or lacks a number that the page shows.
    """
    receipt = inputs.read_document(files.receipt)
    training = inputs.read_numbers(files.train_vae)
    test = inputs.read_numbers(files.evaluate_vae)
    return Faces(
        source=receipt.text("source"),
        num_faces=content.count(receipt.number("num_faces")),
        licence=receipt.text("licence"),
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
        dimensions=face_numbers.read_dimensions(files.evaluate_vae / "dimensions.csv"),
        samplers=face_samplers.sampler_tables(test),
        curves=curves.read_curves(files.train_vae / "history.csv", "train_vae", _CURVES),
        reconstructions=content.read_sheets(
            files.draw_reconstructions, "draw_reconstructions", RECONSTRUCTIONS
        ),
        samples=content.read_sheets(files.draw_samples, "draw_samples", SAMPLES),
        latent_walks=content.read_sheets(
            files.draw_latent_space, "draw_latent_space", LATENT_WALKS
        ),
        latent_charts=content.read_sheets(
            files.draw_latent_space, "draw_latent_space", LATENT_CHARTS, are_charts=True
        ),
    )


def _notice(source: str) -> Notice | None:
    if source == _DRAWN_FACES:
        return None
    return _NOTICE_OF_CELEBA if source == "celeba" else _NOTICE_OF_OTHERS


def _doubts(training: Document, test: Document) -> list[str]:
    samples = test.part("samples")
    return doubts.of_training(training.number("num_steps")) + doubts.of_evaluation(
        reconstructions=(test.number("diversity"), test.number("diversity_originals")),
        random_faces=(
            samples.part("prior").number("diversity"),
            samples.part("real").number("diversity"),
        ),
    )


def _describe_origin(receipt: Document, training: Document, test: Document) -> list[Number]:
    return [
        Number("Source", receipt.text("source")),
        Number("Fetched", content.count(receipt.number("num_faces"))),
        Number("For training", content.count(training.number("num_train"))),
        Number("For the test", content.count(test.number("num_test"))),
    ]


def _headlines(training: Document, test: Document) -> list[Number]:
    num_used, latent_dim = test.number("num_dimensions_used"), training.number("latent_dim")
    fact, beta = f"{training.number('fact'):g}", training.number("beta_equivalent")
    likeness, information = f"{test.number('psnr_db'):.1f} dB", f"{test.number('kl_nats'):.1f} nats"
    in_use = f"{num_used:.0f} of {latent_dim:.0f}"
    return [
        _headline("fact", "fact", fact, f"weight of the KL term; beta {beta:g}"),
        _headline("psnr_db", "Likeness", likeness, "PSNR of reconstructed test faces"),
        _headline("kl_nats", "Information", information, "kept of each face, on average"),
        _headline(
            "num_dimensions_used",
            "Latent space",
            in_use,
            "dimensions with more than 0.1 nat; "
            f"{test.number('num_dimensions_90'):.0f} hold 90 % of the KL",
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
        "number_format": "precision",
    }
    return [
        *(
            content.explained(name, glossary.term(name).text(training.number(name)))
            for name in names
        ),
        *(content.explained(name, training.text(key)) for name, key in kinds.items()),
        Number("Seed of the training", f"{training.number('seed'):.0f}"),
        Number("TensorFlow", versions.text("tensorflow")),
        Number("Keras", versions.text("keras")),
    ]
