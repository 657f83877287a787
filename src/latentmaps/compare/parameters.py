"""The parameters of experiments: which are equal in all experiments, and which differ."""

from collections.abc import Mapping, Sequence
from typing import Any

from latentmaps.report import content

# placeholder in a section for a value that every profile sets; equals params.loader.FROM_PROFILE
_FROM_PROFILE = "profile"
_NO_VALUE = "\N{EN DASH}"
BASE_SEED = "base.seed"
# null means base.seed
SEEDS_OF_SECTIONS = (
    *("train_vae.seed", "train_cnn.seed"),
    *("draw_reconstructions.seed", "draw_samples.seed", "draw_latent_space.seed"),
    *("draw_face_oips.seed", "draw_oips.seed"),
)
# sections whose values affect the network or the faces on which it is measured
_CAUSES = ("base", "fetch_faces", "crop_faces", "split_faces", "train_vae")
# the same sections, and the section that determines which numbers are measured
_DECIDING = (*_CAUSES, "evaluate_vae")
_SEED = "seed"
_MAX_VALUES = 6


def flatten(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a mapping from dotted names to values.

    Values of the active profile appear under their sections.

    Args:
        values: name (dotted or not) -> value or section, as in dvc.lock.
    """
    flat: dict[str, Any] = {}
    # the profile comes last because its values take precedence
    for name, value in sorted(values.items(), key=lambda item: _is_in_profile(item[0])):
        if isinstance(value, Mapping):
            flat |= flatten({f"{name}.{key}": item for key, item in value.items()})
        elif value != _FROM_PROFILE:
            flat[_without_profile(name)] = value
    return flat


def _without_profile(name: str) -> str:
    """Return ``train_vae.epochs`` for ``profiles.sample.train_vae.epochs``."""
    parts = name.split(".")
    return ".".join(parts[2:]) if _is_in_profile(name) and len(parts) > 2 else name


def _is_in_profile(name: str) -> bool:
    return name.partition(".")[0] == "profiles"


def find_differing(parameter_sets: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names whose values differ between experiments, in alphabetical order.

    A parameter that an experiment lacks counts as different, unless that experiment has no
    parameters at all. Values are compared, not their text: two paths may be shown as the same text.
    """
    known = [values for values in parameter_sets if values]
    names = sorted({name for values in known for name in values} - _repeated_seeds(known))
    return [name for name in names if len(_distinct(known, name)) > 1 or _is_rare(known, name)]


def _repeated_seeds(known: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return the names of section seeds that equal ``base.seed`` in every experiment.

    Versions of the pipeline without such a seed use ``base.seed``.
    """
    return {
        name
        for name in SEEDS_OF_SECTIONS
        if all(values.get(name, values.get(BASE_SEED)) == values.get(BASE_SEED) for values in known)
    }


def is_seed(name: str) -> bool:
    """Report whether a dotted name refers to a random seed."""
    return name.rpartition(".")[2] == _SEED


def split_seeds(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split the parameters that affect the numbers of a VAE into seeds and all others.

    Args:
        values: dotted name -> value; parameters of the CNN, of pictures and of pages are ignored.

    Returns:
        The parameters without seeds, and the seeds.
    """
    deciding = {name: v for name, v in values.items() if name.partition(".")[0] in _DECIDING}
    seeds = {name: value for name, value in deciding.items() if is_seed(name)}
    return {name: value for name, value in deciding.items() if name not in seeds}, seeds


def describe_causes(
    parameter_sets: Sequence[Mapping[str, Any]], *, excluding: str, has_seeds: bool = True
) -> list[str]:
    """Return the parameters that may cause trained networks to differ, as ``name (its values)``.

    Args:
        parameter_sets: the parameters of each experiment.
        excluding: name of a parameter to leave out.
        has_seeds: whether to include seeds.
    """
    names = [name for name in find_differing(parameter_sets) if name.partition(".")[0] in _CAUSES]
    return [
        describe_values(parameter_sets, name)
        for name in names
        if name != excluding and (has_seeds or not is_seed(name))
    ]


def describe_values(parameter_sets: Sequence[Mapping[str, Any]], name: str) -> str:
    """Return a parameter with its values, as ``name (its values)``."""
    return f"{name} ({_list_values(parameter_sets, name)})"


def say_differ(names: Sequence[str]) -> str:
    """Return a clause without a period: ``a differs``, or ``a, b differ``."""
    return f"{', '.join(names)} {'differs' if len(names) == 1 else 'differ'}"


def _list_values(parameter_sets: Sequence[Mapping[str, Any]], name: str) -> str:
    values = _distinct(parameter_sets, name)
    if all(isinstance(value, int | float) for value in values):
        values.sort()
    texts = [text for _, text in _texts(values)]
    texts += [_NO_VALUE] * _is_rare([values for values in parameter_sets if values], name)
    more = ["..."] if len(texts) > _MAX_VALUES else []
    return ", ".join([*texts[:_MAX_VALUES], *more])


def describe_differing(
    parameter_sets: Sequence[Mapping[str, Any]], *, excluding: str = ""
) -> list[dict[str, str]]:
    """Return the differing parameters of each experiment as text, keyed by name.

    A missing value is shown as a dash.

    Args:
        parameter_sets: the parameters of each experiment.
        excluding: name of a parameter to leave out.
    """
    texts = {
        name: _texts(_distinct(parameter_sets, name))
        for name in find_differing(parameter_sets)
        if name != excluding
    }
    return [
        {
            name: next(
                (text for value, text in pairs if name in values and value == values[name]),
                _NO_VALUE,
            )
            for name, pairs in texts.items()
        }
        for values in parameter_sets
    ]


def _distinct(parameter_sets: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    """Return each value once, in order of appearance.

    A set cannot be used, since lists are not hashable.
    """
    distinct: list[Any] = []
    for values in parameter_sets:
        if name in values and values[name] not in distinct:
            distinct.append(values[name])
    return distinct


def _is_rare(parameter_sets: Sequence[Mapping[str, Any]], name: str) -> bool:
    return any(name not in values for values in parameter_sets)


def _texts(distinct: Sequence[Any]) -> list[tuple[Any, str]]:
    """Return each value with its text; values with the same text are numbered."""
    texts = [content.as_text(value) for value in distinct]
    return [
        (value, text if texts.count(text) == 1 else f"{text} no. {texts[: place + 1].count(text)}")
        for place, (value, text) in enumerate(zip(distinct, texts, strict=True))
    ]
