"""The contents of the folders in data/ and reports/, which are the contract between stages.

dvc.yaml passes the path of a folder to a stage as one argument, and the stage selects the files
that it reads or writes. ARCHITECTURE.md documents the columns and shapes of the files.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple


class File(NamedTuple):
    """A file or folder inside one of the project's folders.

    Attributes:
        name: its relative path; ``{layer}`` stands for the value of the option ``layer``.
        meaning: a description of its content.
    """

    name: str
    meaning: str


Folder = dict[str, File]

RAW_FACES: Folder = {
    "images": File("images.zip", "the archive of faces, JPEG pictures"),
    "attributes": File("attributes.csv", "a row per face: file, 1 or -1 for each attribute"),
    "partition": File("partition.csv", "a row per face: file, part according to the source"),
    "identity": File("identity.csv", "a row per face: file, number of the person"),
    "origins": File("origins.csv", "a row per face: file, name at the source"),
    "receipt": File("receipt.json", "source, versions, checksums and license of the faces"),
}
FACES: Folder = {
    "images": File("images.npy", "faces, uint8, (num_faces, image_size, image_size, channels)"),
    "index": File("index.csv", "a row per image: row, file, partition, identity and attributes"),
    "split": File("split.csv", "a row per image: row and part"),
}
REFUSED: Folder = {
    "refused": File("refused.csv", "a row per refused picture: file and reason"),
}
# for stages that train or evaluate
NUMBERS: Folder = {
    "metrics": File("metrics.json", "the numbers that people compare"),
    "numbers": File("numbers.json", "all other numbers"),
}
TRAINING: Folder = NUMBERS | {"history": File("history.csv", "the losses of each epoch")}
VAE_TRAINING: Folder = TRAINING | {
    "film": File("film.npz", "the same faces and random points after each epoch"),
}
FILM_SHEET: Folder = {
    "film": File("film.png", "the training film, a row for each epoch"),
    "film_words": File("film.json", "title, caption and layout of the film"),
}
CLASSIFICATION: Folder = TRAINING | {
    "predictions": File("predictions.csv", "label and prediction of each test digit"),
}
EVALUATION: Folder = NUMBERS | {
    "dimensions": File("dimensions.csv", "KL, mean and spread of each latent dimension"),
}
_SHEETS = {"numbers": File("sheets.json", "titles, captions and numbers of the pictures")}
RECONSTRUCTIONS: Folder = _SHEETS | {
    "train": File("train.png", "training faces above their reconstructions"),
    "test": File("test.png", "test faces above their reconstructions"),
    "sampled": File("sampled.png", "test faces above reconstructions from a mean and a sampled z"),
    "strip": File("strip.png", "the first row of test faces and reconstructions, without words"),
}
SAMPLES: Folder = _SHEETS | {
    "temperatures": File("temperatures.png", "the same faces of the prior at all temperatures"),
}
LATENT_SPACE: Folder = _SHEETS | {
    "z_points": File("z_points.png", "distances of the z-points from the origin"),
    "dimensions": File("dimensions.png", "KL, mean and spread of the dimensions"),
    "projection": File("projection.png", "the z-points in a plane, colored by attribute"),
    "interpolations": File("interpolations.png", "interpolations between test faces"),
    "traversals": File("traversals.png", "traversals, one dimension of z per row"),
    "attributes": File("attributes.png", "attributes added to and subtracted from test faces"),
    "plane": File("plane.png", "the decoded points of a plane of the latent space"),
}
ACTIVATION_MAPS: Folder = {
    "sheet": File("sheet.png", "all feature maps of all layers for some digits"),
    "words": File("sheet.json", "title, caption and layout of the sheet"),
}
OIP_ARRAYS: Folder = {
    "oips": File("{layer}.npz", "OIPs, their start images and activations"),
}
OIP_PICTURES: Folder = {
    "sheet": File("{layer}.png", "all OIPs of the layer"),
    "words": File("{layer}.json", "title, caption and layout of the sheet"),
    "patterns": File("{layer}_patterns.png", "what excites each feature map at one position"),
    "strips": File("{layer}_strips.png", "how some of the OIPs grew, next to real digits"),
    "table": File("{layer}.csv", "a row for each unit"),
    "tuning": File("{layer}_tuning.csv", "which random images excite or silence each unit"),
    "page": File("{layer}.html", "all results for each unit"),
}

FACE_OIPS: Folder = {
    "patterns": File("patterns", "folder: a sheet for each convolution, their words, a table"),
    "page": File("index.html", "every pattern next to the face patches that excite its map most"),
}


def only(folder: Folder, *names: str) -> Folder:
    """Return only the files with the given names."""
    return {name: folder[name] for name in names}


def pictures_of_sampler(name: str) -> Folder:
    """Return the pictures of one sampler's random faces."""
    return {
        name: File(f"{name}.png", f"random faces of the sampler {name}"),
        f"{name}_processed": File(f"{name}_processed.png", "the same, with sharpness and contrast"),
        f"strip_{name}": File(f"strip_{name}.png", "a row of these faces, without words"),
    }


def expand(
    arguments: Mapping[str, str | Folder], values: Mapping[str, Any]
) -> list[tuple[str, Path, str]]:
    """Return the name, path and description of every file that the arguments refer to.

    Args:
        arguments: argument name -> description of a file or folder, or the files of a folder.
        values: argument name -> path from the command line; option name -> its text, for file names
            that contain an option.

    Raises:
        ValueError: two files have the same name.
    """
    files: list[tuple[str, Path, str]] = []
    for argument, meant in arguments.items():
        if isinstance(meant, str):
            files.append((argument, values[argument], meant))
            continue
        for name, file in meant.items():
            files.append((name, values[argument] / file.name.format(**values), file.meaning))
    names = [name for name, _, _ in files]
    if len(set(names)) < len(names):
        raise ValueError(f"expected a unique name for each file, found {', '.join(names)}")
    return files
