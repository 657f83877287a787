"""The names in params.yaml match the registries."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from latentmaps.drawing import color_maps
from latentmaps.oips import length_scales, pictures, start_images
from latentmaps.params import draw_oips
from latentmaps.params.draw_oips import DrawOips

HINTS = get_type_hints(DrawOips)
REGISTRIES: list[tuple[Any, Mapping[str, Any]]] = [
    (draw_oips.StartKind, start_images.START_KINDS),
    (HINTS["strategy"], length_scales.STRATEGIES),
    (HINTS["range"], pictures.RANGES),
    (HINTS["color_map"], color_maps.COLOR_MAPS),
]


@pytest.mark.parametrize(("names", "registry"), REGISTRIES)
def test_a_section_accepts_the_names_of_a_registry(names: Any, registry: Mapping[str, Any]) -> None:
    assert get_args(names) == tuple(registry)


@pytest.mark.parametrize(("names", "registry"), REGISTRIES)
def test_every_entry_says_what_it_means(names: Any, registry: Mapping[str, Any]) -> None:
    verbs = ("Map ", "Repeat ", "Return ", "Sample ", "Show ")
    assert all(entry.__doc__.startswith(verbs) for entry in registry.values())


def test_no_other_code_of_the_library_compares_names(root: Path) -> None:
    names = [name for _, registry in REGISTRIES for name in registry]
    question = re.compile(rf'[=!]= "({"|".join(names)})"')
    found = {
        str(path.relative_to(root))
        for folder in ("src/latentmaps/oips", "src/latentmaps/params", "stages")
        for path in (root / folder).rglob("*.py")
        if question.search(path.read_text(encoding="utf-8"))
    }
    # that scale_steps fit is checked before TensorFlow is imported; digits are a source of faces
    assert found <= {"src/latentmaps/params/draw_oips.py", "stages/fetch_faces.py"}
