"""The numbers on random faces: of which kinds of faces there are any, and what they are called."""

from latentmaps.report import glossary, tables
from latentmaps.report.tables import Head
from latentmaps.vae.evaluation import feature_net_names

REAL = "real"
SAMPLERS = ("prior", "gaussian", "mixture")
# the same samplers with less spread, by the temperature
COOLED = "_cool"
ALL_SAMPLERS = tuple(f"{sampler}{suffix}" for sampler in SAMPLERS for suffix in ("", COOLED))
OF_PICTURES = ("sharpness", "diversity")
OF_FEATURES = (
    *("frechet_distance", "kernel_distance", "precision", "recall"),
    *("density", "coverage", "nearest_training"),
)
# number -> its standard error
ERRORS = {"kernel_distance": "kernel_distance_error"}


def label(name: str, net: str = "") -> str:
    """Gives what a number is called on the features of a net; only one net gives an FID."""
    is_fid = (net, name) == (feature_net_names.FID_NETWORK, "frechet_distance")
    return "FID" if is_fid else glossary.term(name).label


def with_error(text: str, name: str, error: float) -> str:
    """Gives a number as text, behind it its standard error."""
    return f"{text} \N{PLUS-MINUS SIGN} {glossary.term(ERRORS[name]).text(error)}"


def head(kind: str, temperature: str) -> Head:
    """Gives the head of a row.

    Args:
        kind: real, a sampler, or a sampler with ``_cool``.
        temperature: of the cooled samplers, as text; empty: not known.

    Raises:
        KeyError: there are no words for such a sampler.
    """
    if kind == REAL:
        return tables.head(REAL, note="the floor")
    if not kind.endswith(COOLED):
        return tables.head(kind)
    cooled = f"{glossary.term(kind.removesuffix(COOLED)).label}, cooled"
    return tables.head("temperature", label=f"{cooled} to {temperature}" if temperature else cooled)
