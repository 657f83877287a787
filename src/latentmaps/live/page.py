"""Set the page on which one watches a training: one HTML file with everything in it."""

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
    "kl_loss": "KL loss, times fact",
}
# source of the faces -> what to mind; empty: no person is shown
_NOTICES = {
    "avatars": "",
    "digits": "",
    "celeba": (
        "This page shows photographs of real persons. CelebA is for non-commercial research only, "
        "and its terms forbid to pass on any part of it: keep this page on this machine."
    ),
    "folder": (
        "This page shows faces of your own pictures. Whoever can be recognized has a say in where "
        "it goes: keep it on this machine until you have asked."
    ),
}


@dataclass(frozen=True)
class About:
    """What the page says of a training from its start to its end.

    Attributes:
        fact: weight of the KL term.
        seed: of the training.
        num_train: faces of the training part.
        epochs: passes through them, at most.
        may_stop: whether early stopping may end it sooner.
        source: of the faces, see ``receipts.read_source``.
    """

    fact: float
    seed: int
    num_train: int
    epochs: int
    may_stop: bool
    source: str

    @property
    def notice(self) -> str:
        """What to mind with faces of persons; empty where there are none."""
        return _NOTICES[self.source]


@dataclass(frozen=True)
class Moment:
    """How far a training is.

    Attributes:
        state: running, over or stopped.
        words: the same in a sentence.
        epoch: epochs done.
        refresh_s: seconds after which the page looks again.
        quiet_s: seconds without news after which the training may have been killed; 0: unknown.
        written_s: when this was, seconds since 1970.
        clock: the same for people, on this machine's clock.
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
    """Return the page.

    Args:
        about: the training.
        moment: how far it is.
        history: a row for each epoch.
        faces: the validation faces, as ``data_url`` has them.
        frames: epoch -> its pictures, likewise: reconstructions of these faces, then random ones.
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
    """Return a picture, (h, w, c), as the address of a JPEG that holds it.

    A tenth of the time and a sixth of the size of a PNG; the film has the exact pixels.
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
