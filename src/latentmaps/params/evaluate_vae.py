"""The section ``evaluate_vae``: what is measured on the trained VAE."""

from latentmaps.params.types import Positive, PositiveFloat, section


@section
class EvaluateVae:
    """Attributes:
    num_encoded: at most so many training faces are encoded for the aggregate posterior.
    active_variance: a latent dimension counts as active when its posterior mean varies by more
        than this over the faces (Burda et al. 2016, section 5.2, take 0.01).
    """

    num_encoded: Positive
    active_variance: PositiveFloat
