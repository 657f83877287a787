"""All that is known of the feature maps of a layer, for those who draw it. No tensors here."""

from dataclasses import dataclass

import pandas as pd

from latentmaps.oips.evidence import Strongest
from latentmaps.oips.greys import Scale
from latentmaps.oips.oip import Oips, Settings


@dataclass(frozen=True)
class Found:
    """All results of a layer.

    Attributes:
        layer_name: of the layer.
        oips: its OIPs.
        table: as ``scores.score`` gives it.
        strongest: the test digits that excite its maps most.
        settings: how the OIPs were searched for.
        scale: of the greys.
    """

    layer_name: str
    oips: Oips
    table: pd.DataFrame
    strongest: Strongest
    settings: Settings
    scale: Scale
