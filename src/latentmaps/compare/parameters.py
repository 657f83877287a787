"""The parameters of experiments: which are the same in all of them, and which are not."""

from collections.abc import Mapping, Sequence
from typing import Any

from latentmaps.report import content

# what a section has where every profile has a value, as params.loader.FROM_PROFILE
_FROM_PROFILE = "profile"
_NO_VALUE = "\N{EN DASH}"
BASE_SEED = "base.seed"
# null stands for the seed above
SEEDS_OF_SECTIONS = (
    *("train_vae.seed", "train_cnn.seed"),
    *("draw_reconstructions.seed", "draw_samples.seed", "draw_latent_space.seed"),
    *("draw_face_oips.seed", "draw_oips.seed"),
)
# sections whose values decide the network, or the faces on which it is measured
_CAUSES = ("base", "fetch_faces", "crop_faces", "split_faces", "train_vae")
# and those that decide which numbers are measured on it
_DECIDING = (*_CAUSES, "evaluate_vae")
_SEED = "seed"
_MOST_VALUES = 6


def flatten(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return dotted names -> values; those of the profile in force stand under their section.

    Args:
        values: name, dotted or not, -> value or section, as dvc.lock has them.
    """
    flat: dict[str, Any] = {}
    # those of the profile last: they win
    for name, value in sorted(values.items(), key=lambda item: _is_of_profile(item[0])):
        if isinstance(value, Mapping):
            flat |= flatten({f"{name}.{key}": item for key, item in value.items()})
        elif value != _FROM_PROFILE:
            flat[_without_profile(name)] = value
    return flat


def _without_profile(name: str) -> str:
    """Return ``train_vae.epochs`` for ``profiles.sample.train_vae.epochs``."""
    parts = name.split(".")
    return ".".join(parts[2:]) if _is_of_profile(name) and len(parts) > 2 else name


def _is_of_profile(name: str) -> bool:
    return name.partition(".")[0] == "profiles"


def find_differing(of_each: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names whose values are not the same in all experiments, in alphabetical order.

    A name that one of them does not have differs, unless that one has no parameters at all. Values
    are compared, not the texts that stand for them: two paths may read alike.
    """
    known = [values for values in of_each if values]
    names = sorted({name for values in known for name in values} - _repeated_seeds(known))
    return [name for name in names if len(_distinct(known, name)) > 1 or _is_rare(known, name)]


def _repeated_seeds(known: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return the seeds of sections that are ``base.seed`` in every experiment.

    A version that has no such seed takes ``base.seed``, too.
    """
    return {
        name
        for name in SEEDS_OF_SECTIONS
        if all(values.get(name, values.get(BASE_SEED)) == values.get(BASE_SEED) for values in known)
    }


def is_seed(name: str) -> bool:
    """Tell whether a dotted name is that of a seed of random numbers."""
    return name.rpartition(".")[2] == _SEED


def split_seeds(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what decides the numbers of a network without its seeds, and these seeds.

    Args:
        values: dotted name -> value; those of the CNN, of pictures and of pages are left out.
    """
    deciding = {name: v for name, v in values.items() if name.partition(".")[0] in _DECIDING}
    seeds = {name: value for name, value in deciding.items() if is_seed(name)}
    return {name: value for name, value in deciding.items() if name not in seeds}, seeds


def describe_causes(
    of_each: Sequence[Mapping[str, Any]], *, but: str, has_seeds: bool = True
) -> list[str]:
    """Return each parameter that may be why trained networks differ, as ``name (its values)``.

    Args:
        of_each: the parameters of each experiment.
        but: a name that is left out.
        has_seeds: seeds are among them.
    """
    names = [name for name in find_differing(of_each) if name.partition(".")[0] in _CAUSES]
    return [
        describe_values(of_each, name)
        for name in names
        if name != but and (has_seeds or not is_seed(name))
    ]


def describe_values(of_each: Sequence[Mapping[str, Any]], name: str) -> str:
    """Return a parameter with its values, as ``name (its values)``."""
    return f"{name} ({_list_values(of_each, name)})"


def _list_values(of_each: Sequence[Mapping[str, Any]], name: str) -> str:
    values = _distinct(of_each, name)
    if all(isinstance(value, int | float) for value in values):
        values.sort()
    texts = [text for _, text in _texts(values)]
    texts += [_NO_VALUE] * _is_rare([values for values in of_each if values], name)
    more = ["..."] if len(texts) > _MOST_VALUES else []
    return ", ".join([*texts[:_MOST_VALUES], *more])


def describe_differing(
    of_each: Sequence[Mapping[str, Any]], *, but: str = ""
) -> list[dict[str, str]]:
    """Return for each experiment name -> text of what differs; a dash where there is no value.

    Args:
        of_each: the parameters of each experiment.
        but: a name that is left out.
    """
    texts = {n: _texts(_distinct(of_each, n)) for n in find_differing(of_each) if n != but}
    return [
        {
            name: next(
                (text for value, text in pairs if name in values and value == values[name]),
                _NO_VALUE,
            )
            for name, pairs in texts.items()
        }
        for values in of_each
    ]


def _distinct(of_each: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    """Return each value once, in the order in which they are met; a set takes no lists."""
    found: list[Any] = []
    for values in of_each:
        if name in values and values[name] not in found:
            found.append(values[name])
    return found


def _is_rare(of_each: Sequence[Mapping[str, Any]], name: str) -> bool:
    return any(name not in values for values in of_each)


def _texts(distinct: Sequence[Any]) -> list[tuple[Any, str]]:
    """Return each value with its text; those that read alike get a number."""
    texts = [content.as_text(value) for value in distinct]
    return [
        (value, text if texts.count(text) == 1 else f"{text} no. {texts[: place + 1].count(text)}")
        for place, (value, text) in enumerate(zip(distinct, texts, strict=True))
    ]
