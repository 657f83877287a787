"""The source of the faces according to the fetch_faces receipt, and notes on sharing them."""

from pathlib import Path

from latentmaps.errors import DataError, shorten
from latentmaps.storage import json_files

DIGITS = "digits"
# source -> note; empty: no person is shown
_NOTES = {
    "avatars": "",
    DIGITS: "",
    "celeba": (
        "CelebA, for non-commercial research only: this picture shows faces of real persons and "
        "must not be passed on, published or committed."
    ),
    "folder": "These are faces from your own pictures: mind whose they are before you share this.",
}


WITHOUT_PEOPLE = frozenset(source for source, note in _NOTES.items() if not note)


def sharing_note(receipt: Path) -> str:
    """Return the note that a picture of these faces must carry; empty if it needs none.

    Raises:
        DataError: the receipt is missing or damaged, or names an unknown source.
    """
    return _NOTES[read_source(receipt)]


def read_source(receipt: Path) -> str:
    """Return the source of the faces as in ``fetch_faces.source``, but ``celeba`` for ``kaggle``.

    Raises:
        DataError: the receipt is missing or damaged, or names an unknown source.
    """
    source = json_files.read_object(receipt, advice="run fetch_faces again").get("source")
    if not isinstance(source, str) or source not in _NOTES:
        raise DataError(
            f"{receipt}: source: found {shorten(source)}, expected one of {', '.join(_NOTES)}; "
            "run fetch_faces again"
        )
    return source
