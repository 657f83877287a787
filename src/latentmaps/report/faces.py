"""The part of the page on the faces: what the variational autoencoder does with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from latentmaps.report import content, inputs
from latentmaps.report.content import Number, Sheet
from latentmaps.report.inputs import Document
from latentmaps.visualisation import charts

_LOSSES = {
    "total_loss": "Total loss",
    "reconstruction_loss": "Reconstruction loss",
    "kl_loss": "KL loss, times fact",
}


@dataclass(frozen=True)
class FacesFiles:
    """Where the stages on faces wrote; see dvc.yaml, stage build_report.

    Attributes:
        receipt: JSON, what fetch_faces took.
        train_vae: folder with metrics.json and history.csv.
        evaluate_vae: JSON, the numbers on the test part.
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
        fact: weight of the KL term.
        seed: from which every random draw is derived.
        origin: where they come from and how many there are.
        headlines: the few numbers that stand on top of the page.
        run: how the network was trained.
        numbers: the numbers on the test part, each with its meaning.
        curves: SVG, a chart for each loss.
        reconstructions: sheets.
        samples: sheets.
        latent_space: sheets.
    """

    source: str
    num_faces: str
    licence: str
    fact: str
    seed: str
    origin: Sequence[Number]
    headlines: Sequence[Number]
    run: Sequence[Number]
    numbers: Sequence[Number]
    curves: Sequence[str]
    reconstructions: Sequence[Sheet]
    samples: Sequence[Sheet]
    latent_space: Sequence[Sheet]


def read_faces(files: FacesFiles) -> Faces:
    """Gives all that the page shows of the faces.

    Raises:
        DataError: a file is missing, damaged, or lacks a number that the page shows.
    """
    receipt = inputs.read_document(files.receipt)
    training = inputs.read_document(files.train_vae / "metrics.json")
    test = inputs.read_document(files.evaluate_vae)
    return Faces(
        source=receipt.text("source"),
        num_faces=content.count(receipt.number("num_faces")),
        licence=receipt.text("licence"),
        fact=f"{training.number('fact'):g}",
        seed=f"{training.number('seed'):.0f}",
        origin=[
            Number("Source", receipt.text("source")),
            Number("Fetched", content.count(receipt.number("num_faces"))),
            Number("For training", content.count(training.number("num_train"))),
            Number("For the test", content.count(test.number("num_test"))),
        ],
        headlines=_headlines(training, test),
        run=_describe_run(training),
        numbers=_describe_numbers(training, test),
        curves=_draw_curves(files.train_vae / "history.csv"),
        reconstructions=content.read_sheets(files.draw_reconstructions, "draw_reconstructions"),
        samples=content.read_sheets(files.draw_samples, "draw_samples"),
        latent_space=content.read_sheets(
            files.draw_latent_space, "draw_latent_space", charts=["z_points"]
        ),
    )


def _headlines(training: Document, test: Document) -> list[Number]:
    beta = training.number("beta_equivalent")
    num_active, latent_dim = test.number("active_units"), training.number("latent_dim")
    return [
        Number("fact", f"{training.number('fact'):g}", f"weight of the KL term; beta {beta:g}"),
        Number("Likeness", f"{test.number('psnr_db'):.1f} dB", "PSNR of reconstructed test faces"),
        Number(
            "Information", f"{test.number('kl_nats'):.1f} nats", "kept of each face, on average"
        ),
        Number("Latent space", f"{num_active:.0f} of {latent_dim:.0f}", "dimensions in use"),
    ]


def _describe_run(training: Document) -> list[Number]:
    versions = training.part("versions")
    return [
        Number("fact", f"{training.number('fact'):g}"),
        Number("beta", f"{training.number('beta_equivalent'):g}"),
        Number("KL method", training.text("kl_method")),
        Number("Reconstruction loss", training.text("reconstruction_loss_kind")),
        Number("Epochs", f"{training.number('epoch'):.0f}"),
        Number("Batch size", f"{training.number('batch_size'):.0f}"),
        Number("Precision", training.text("precision")),
        Number("Parameters", content.count(training.number("num_parameters"))),
        Number("TensorFlow", versions.text("tensorflow")),
        Number("Keras", versions.text("keras")),
    ]


def _describe_numbers(training: Document, test: Document) -> list[Number]:
    return [
        Number(
            "Reconstruction error (MSE)",
            f"{test.number('mse'):.5f}",
            "Mean squared difference between a face and its reconstruction, pixels from 0 to 1. "
            "Lower is nearer.",
        ),
        Number(
            "Likeness (PSNR)",
            f"{test.number('psnr_db'):.2f} dB",
            "The same error on a logarithmic scale; higher is nearer. Near 20 dB a face is "
            "recognisable, above 30 dB it is hard to tell from the copy.",
        ),
        Number(
            "Structural similarity (SSIM)",
            f"{test.number('ssim'):.3f}",
            "Compares local structure instead of single pixels; 1 is a perfect copy. Over several "
            f"scales (MS-SSIM): {test.number('ms_ssim'):.3f}.",
        ),
        Number(
            "Cross-entropy per dimension",
            f"{test.number('bce_per_dim'):.4f} nats",
            "The reconstruction loss, per pixel and colour channel; does not depend on the image "
            f"size. {test.number('bce_above_entropy'):.4f} of it lie above the floor: even a "
            "perfect copy costs the rest.",
        ),
        Number(
            "KL divergence",
            f"{test.number('kl_nats'):.2f} nats",
            "How much the latent point tells about a face. A larger fact lowers it: plainer "
            "reconstructions, better random faces.",
        ),
        Number(
            "KL share of the loss",
            content.percent(training.number("val_kl_share"), 2),
            "KL loss, weighted with fact, over total loss, in validation. Near zero, latent points "
            "are not where random points are drawn, and those give no faces.",
        ),
        Number(
            "Dimensions in use",
            f"{test.number('active_units'):.0f} of {training.number('latent_dim'):.0f}",
            "Latent dimensions whose mean changes from face to face; the others are idle.",
        ),
        Number(
            "Distance from the origin",
            f"{test.number('radius_mean'):.2f} \N{PLUS-MINUS SIGN} {test.number('radius_std'):.2f}",
            "Of the latent points of test faces. Random points lie at "
            f"{test.number('radius_prior'):.2f}: the nearer the two, the more alike.",
        ),
        Number(
            "Distance to the prior (MMD)",
            f"{test.number('mmd_prior'):.4f}",
            "Between latent points of test faces and random points, as distributions. Two sets of "
            f"random points have {test.number('mmd_floor'):.4f}: what is well above that tells "
            "them apart.",
        ),
        Number(
            "Sharpness",
            f"{test.number('sharpness'):.2f}",
            f"Of the reconstructions; the faces themselves have "
            f"{test.number('sharpness_originals'):.2f}. A VAE blurs what it is unsure of.",
        ),
    ]


def _draw_curves(path: Path) -> list[str]:
    columns = [name for loss in _LOSSES for name in (loss, f"val_{loss}")]
    history = inputs.read_history(path, ["epoch", *columns])
    return [
        charts.draw_curve(history, column, title=title, unit="loss per face")
        for column, title in _LOSSES.items()
    ]
