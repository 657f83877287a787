"""Bring the bytes of one file from Google Drive, through gdown, which knows its pages."""

import functools
from pathlib import Path

import requests

from latentmaps.data import guarded_http, html_pages, mirrors
from latentmaps.data.guarded_http import MirrorError
from latentmaps.data.mirrors import Length, Patience


def fill(drive_id: str, part: Path, *, length: Length, patience: Patience) -> None:
    """Fill the part file; gdown keeps and resumes begun files of its own.

    Args:
        drive_id: of the file.
        part: is written anew.
        length: what is known of the file.
        patience: how long Google Drive is given.

    Raises:
        MirrorError: Google Drive does not give the file.
    """
    import gdown  # takes half a second, and is seldom needed

    part.unlink(missing_ok=True)
    try:
        gdown.download(
            id=drive_id,
            output=str(part),
            quiet=True,
            use_cookies=False,
            resume=True,
            timeout=patience.timeout_s,
            retries=patience.num_tries - 1,
            progress=functools.partial(_check_size, part, length),
        )
    except (gdown.exceptions.DownloadError, requests.RequestException) as error:
        raise MirrorError(guarded_http.quote(str(error), 300) or type(error).__name__) from error
    except (AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
        # gdown takes headers and pages for what they should be: no Content-Type is a KeyError
        raise MirrorError(f"an answer that gdown cannot read ({type(error).__name__})") from error
    mirrors.require_content(part)
    with part.open("rb") as file:
        page = html_pages.describe(file.read(html_pages.HEAD_BYTES))
    if page is not None:
        part.unlink()
        raise MirrorError(page)


def _check_size(part: Path, length: Length, num_bytes: int, _total_bytes: int | None) -> None:
    """Stop gdown, which knows no limit, and remove what it has begun."""
    if num_bytes <= length.most_bytes:
        return
    for begun in part.parent.glob(f"{part.name}????????.part"):
        begun.unlink()
    raise MirrorError(f"sends more than the {length.most_bytes:,} bytes expected")
