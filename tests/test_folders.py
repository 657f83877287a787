"""The contents of folders: the contract between stages, and for code that looks up their files."""

import re
from pathlib import Path

import pytest

from latentmaps import folders
from latentmaps.folders import File

CONTRACT = {
    file.name
    for folder in vars(folders).values()
    if isinstance(folder, dict)
    for file in folder.values()
    if isinstance(file, File)
} | {file.name for file in folders.pictures_of_sampler("{sampler}").values()}


def test_a_folder_stands_for_its_files() -> None:
    found = folders.expand(
        {"faces": folders.only(folders.FACES, "index"), "model": "a model"},
        {"faces": Path("data/faces"), "model": Path("vae")},
    )
    meaning = folders.FACES["index"].meaning
    assert found == [
        ("index", Path("data/faces/index.csv"), meaning),
        ("model", Path("vae"), "a model"),
    ]


def test_an_option_is_part_of_a_file_name() -> None:
    [(_, path, _)] = folders.expand(
        {"oips": folders.OIP_ARRAYS}, {"oips": Path("data/oips"), "layer": "Conv2D_3"}
    )
    assert path == Path("data/oips/Conv2D_3.npz")


def test_two_files_with_one_name_are_a_bug() -> None:
    both = {"raw": folders.RAW_FACES, "faces": folders.FACES}
    with pytest.raises(ValueError, match="a unique name for each file, found images"):
        folders.expand(both, {"raw": Path("raw"), "faces": Path("faces")})


def test_pages_look_up_files_of_the_contract_alone(root: Path) -> None:
    """Pages find an output by the name of its stage and the name of its file."""
    pages = {"index.html", "compare.html"}
    looked_up = set()
    for room in ("report", "compare"):
        for file in (root / "src/latentmaps" / room).glob("*.py"):
            text = re.sub(r'""".*?"""', "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
            looked_up |= set(re.findall(r'["/]([\w{}.]+\.(?:json|csv|npz|png|html))"', text))
    # names built from the name of a layer or a sampler
    generic = {re.sub(r"\{\w+\}", "{}", name) for name in CONTRACT}
    unknown = {name for name in looked_up if re.sub(r"\{[\w.]+\}", "{}", name) not in generic}
    assert len(looked_up) > 8
    assert unknown <= pages
