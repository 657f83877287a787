"""Render the live page of a training run as one self-contained HTML file."""

import base64
import functools
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import jinja2
import numpy as np
import numpy.typing as npt
from markupsafe import Markup
from PIL import Image

from latentmaps.drawing import wording
from latentmaps.live import curves
from latentmaps.pages import html_page

Row = Mapping[str, float]
Tiles = npt.NDArray[np.uint8]

_QUALITY = 92

# column of the history -> title of its chart
_CURVES = {
    "total_loss": "Total loss",
    "reconstruction_loss": "Reconstruction loss",
    "kl_loss": "KL loss (fact times KL)",
}
# source of the faces -> notice on the page; empty if no person is shown
_NOTICES = {
    "avatars": "",
    "digits": "",
    "celeba": (
        "It shows photographs of real people. CelebA is for non-commercial research only, and its "
        "terms forbid sharing any part of it: keep the page on this machine."
    ),
    "folder": (
        "It shows faces from your own pictures: keep it on this machine until everyone who can be "
        "recognized has agreed."
    ),
}


@dataclass(frozen=True)
class About:
    """The properties of a training run that stay the same while it runs.

    Attributes:
        kl_weight: weight of the KL term.
        seed: training seed.
        num_train: number of faces in the training part.
        epochs: maximum number of passes through the training part.
        may_stop: whether early stopping can end the training before the last epoch.
        source: source of the faces; see ``receipts.read_source``.
    """

    kl_weight: float
    seed: int
    num_train: int
    epochs: int
    may_stop: bool
    source: str

    @property
    def notice(self) -> str:
        """Notice about faces of real people; empty if there are none."""
        return _NOTICES[self.source]


@dataclass(frozen=True)
class Moment:
    """The progress of a training run at one point in time.

    Attributes:
        state: ``"running"``, ``"over"`` or ``"stopped"``.
        words: the state as a sentence.
        epoch: number of finished epochs.
        refresh_s: seconds after which the page reloads.
        quiet_s: after this many seconds without an update, the page says that the training may have
            been killed; 0 if unknown.
        written_s: time at which the page was written, in seconds since 1970.
        clock: `written_s` as a local time, as shown to readers.
    """

    state: str
    words: str
    epoch: int
    refresh_s: int
    quiet_s: int
    written_s: float
    clock: str


def render(
    about: About,
    moment: Moment,
    history: Sequence[Row],
    faces: Sequence[str],
    frames: Mapping[int, Sequence[str]],
) -> str:
    """Return the HTML of the page.

    Args:
        about: the training run.
        moment: its progress.
        history: one row per epoch.
        faces: the validation faces as URLs from ``data_url``.
        frames: epoch -> URLs of its pictures: reconstructions of `faces`, then random faces.
    """
    script = _source("live.js") if moment.state == "running" else ""
    html = (
        _environment()
        .get_template("live.html.j2")
        .render(
            about=about,
            moment=moment,
            curves=_draw_curves(about, history),
            last=dict(history[-1]) if history else {},
            faces=[Markup(url) for url in faces],  # noqa: S704
            frames={
                epoch: [Markup(url) for url in urls]  # noqa: S704
                for epoch, urls in sorted(frames.items(), reverse=True)
            },
            num_faces=len(faces),
            script=Markup(script),  # noqa: S704
            script_hash=html_page.source_hash(script),
        )
    )
    return wording.say_images_on_page(html) if about.source == "digits" else html


def _draw_curves(about: About, history: Sequence[Row]) -> list[str]:
    if not history:
        return []
    epochs = [int(row["epoch"]) for row in history]
    return [
        curves.draw(
            title,
            epochs,
            {
                "training": [row[column] for row in history],
                "validation": [row[f"val_{column}"] for row in history],
            },
            last_epoch=about.epochs if not about.may_stop else epochs[-1],
        )
        for column, title in _CURVES.items()
    ]


def data_url(tile: Tiles) -> str:
    """Encode a picture, (h, w, c), uint8, as a data URL of a JPEG.

    JPEG needs a tenth of the time and a sixth of the bytes of PNG. The film has the exact pixels.
    """
    buffer = io.BytesIO()
    image = Image.fromarray(tile[..., 0] if tile.shape[-1] == 1 else tile)
    image.save(buffer, format="JPEG", quality=_QUALITY, subsampling=0)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"


@functools.cache
def _environment() -> jinja2.Environment:
    return html_page.environment("latentmaps.live", "latentmaps.report")


def _source(name: str) -> str:
    return _environment().get_template(name).render()
