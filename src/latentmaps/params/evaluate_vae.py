"""The ``evaluate_vae`` section: how the trained VAE is measured."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from latentmaps.errors import ParamsError
from latentmaps.params.types import Faces, Temperature, Text, section


@section
class EvaluateVae:
    """What is measured, and on how many faces.

    Attributes:
        num_encoded: maximum number of training faces that are encoded for the aggregate posterior,
            to which the samplers are fitted; ``pixels-pca`` is fitted to the same faces.
        num_compared: maximum number of faces in each of the sets being compared.
        num_searched: maximum number of training faces to search for the one nearest to each random
            face; None: all.
        temperature: factor on the distance of random points from their mean; every sampler is
            measured at 1 and at this value.
        feature_net: the FID's network as a second feature net for the distances, in addition to
            ``pixels-pca``; None: no second net.
        feature_net_weights: absolute path of the weights of that network.
    """

    num_encoded: Annotated[int, Field(ge=2, le=999_999)]
    num_compared: Annotated[int, Field(ge=2, le=50_000)]
    num_searched: Faces | None
    temperature: Temperature
    feature_net: Literal["inception-2015-fid"] | None
    feature_net_weights: Text | None

    @property
    def fid_weights(self) -> Path | None:
        """The weights file of the second feature net, or None if there is no second net.

        Raises:
            ParamsError: only one of ``feature_net`` and ``feature_net_weights`` is set, or the path
                is not absolute.
        """
        if self.feature_net is None and self.feature_net_weights is None:
            return None
        if self.feature_net is None or self.feature_net_weights is None:
            raise ParamsError(
                f"params.yaml: evaluate_vae: found feature_net {self.feature_net or 'null'} and "
                f"feature_net_weights {self.feature_net_weights or 'null'}, expected both or "
                "neither: weights are not downloaded, so a net needs its weights file"
            )
        path = Path(self.feature_net_weights)
        if not path.is_absolute():
            raise ParamsError(
                f"params.yaml: evaluate_vae.feature_net_weights: found {path}, expected an "
                "absolute path, since experiments run in temporary folders"
            )
        return path
