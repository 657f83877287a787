"""Reference values for training on CelebA, from the source of the method.

R. Moenchmeyer, "Variational Autoencoder with Tensorflow - X - VAE application to CelebA images":
170,000 faces, 24 epochs (18 and 6 more), binary cross-entropy, fact 5. The source gives the first
and last values of two losses but no curves, so charts show two horizontal lines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from latentmaps.drawing.charts import Line


@dataclass(frozen=True)
class Yardstick:
    """First and last values of a loss in the source.

    Attributes:
        start: loss per face at the start of training.
        end: loss per face after the last epoch.
        words: both values as text, as precisely as the source states them.
    """

    start: float
    end: float
    words: str

    def lines(self, epochs: Sequence[float]) -> list[Line]:
        """Return horizontal lines at `start` and `end` across all `epochs` of a chart."""
        return [
            Line(label, [(epochs[0], level), (epochs[-1], level)], is_floor=True)
            for label, level in (("source: start and end", self.start), ("", self.end))
        ]


# column of history.csv -> yardstick
SOURCE = {
    "total_loss": Yardstick(6900.0, 5100.0, "from above 6,900 to about 5,100"),
    "kl_loss": Yardstick(
        30.0,
        176.0,
        "from about 30 to 176, then nearly constant, with batch_norm: frozen",
    ),
}


def for_run(profile: str, sections: Mapping[str, Any]) -> Mapping[str, Yardstick]:
    """Return the yardsticks of a run, keyed by column of history.csv.

    Args:
        profile: name of the active profile.
        sections: section name -> dataclass with its parameters, for all sections.

    Returns:
        The yardsticks; empty for a run on other faces or with losses on a different scale.
    """
    if profile != "celeba":
        return {}
    training, images = sections["train_vae"], sections["crop_faces"]
    found = (training.reconstruction_loss, training.fact, images.image_size, images.num_channels)
    return SOURCE if found == ("bce", 5.0, 96, 3) else {}
