"""What the receipt of fetch_faces says about pictures that show its faces."""

import json
from pathlib import Path

from latentmaps.errors import DataError, excerpt

_NOTES = {
    "avatars": "",
    "celeba": (
        "CelebA, for non-commercial research only: this picture shows faces of real persons and "
        "must not be passed on, published or committed."
    ),
    "folder": "These are faces from your own pictures: mind whose they are before you share this.",
}


def sharing_note(receipt: Path) -> str:
    """Gives the sentence that a picture of these faces has to carry; empty for drawn faces.

    Raises:
        DataError: the receipt is missing, damaged, or names no source that is known.
    """
    try:
        source = json.loads(receipt.read_bytes())["source"]
        return _NOTES[source]
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise DataError(
            f"{receipt}: no receipt with a source of faces ({excerpt(repr(error))}), expected one "
            f"of {', '.join(_NOTES)}; run fetch_faces again"
        ) from error
