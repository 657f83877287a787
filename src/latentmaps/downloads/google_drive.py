"""Addresses of files on Google Drive."""

from urllib.parse import urlencode

ADDRESS = "https://drive.usercontent.google.com/download"


def url(drive_id: str) -> str:
    """Return the address of a file that anyone with the link may read.

    It is the address of the button on the page that warns about large files, so no page has to be
    parsed. If a page is sent anyway (quota, login, virus scan), `mirrors.from_url` detects it.

    Args:
        drive_id: the ID of the file.
    """
    return f"{ADDRESS}?{urlencode({'id': drive_id, 'export': 'download', 'confirm': 't'})}"
