"""The section ``evaluate_vae``: what is measured on the trained VAE."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from latentmaps.errors import ParamsError
from latentmaps.params.types import Faces, Temperature, Text, section


@section
class EvaluateVae:
    """Attributes:
    num_encoded: at most so many training faces are encoded for the aggregate posterior, to which
        the samplers are fitted; pixels-pca takes its directions from them, too.
    num_compared: faces in each of the sets whose distance is measured, as far as there are so many.
    num_searched: at most so many training faces are searched for the one nearest to a random face;
        None for all of them.
    temperature: factor on the distance of random points from their mean; every sampler is measured
        at 1 and at this.
    feature_net: a second net for the distances besides pixels-pca, the network of FID; None for
        none.
    feature_net_weights: absolute path of its weights.
    """

    num_encoded: Annotated[int, Field(ge=2, le=999_999)]
    num_compared: Annotated[int, Field(ge=2, le=50_000)]
    num_searched: Faces | None
    temperature: Temperature
    feature_net: Literal["inception-2015-fid"] | None
    feature_net_weights: Text | None

    @property
    def fid_weights(self) -> Path | None:
        """The file of weights of the second feature net; None when there is none.

        Raises:
            ParamsError: there is a net without a file, a file without a net, or the path is not
                absolute.
        """
        if self.feature_net is None and self.feature_net_weights is None:
            return None
        if self.feature_net is None or self.feature_net_weights is None:
            raise ParamsError(
                f"params.yaml: evaluate_vae: found feature_net {self.feature_net or 'null'} and "
                f"feature_net_weights {self.feature_net_weights or 'null'}, expected both or "
                "neither: nothing is downloaded, so a net needs the file of its weights"
            )
        path = Path(self.feature_net_weights)
        if not path.is_absolute():
            raise ParamsError(
                f"params.yaml: evaluate_vae.feature_net_weights: found {path}, expected an "
                "absolute path: experiments run in folders of their own"
            )
        return path
