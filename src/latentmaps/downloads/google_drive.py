"""Where Google Drive has a file."""

from urllib.parse import urlencode

ADDRESS = "https://drive.usercontent.google.com/download"


def url(drive_id: str) -> str:
    """Return the address of a file that anyone with its link may read.

    It is that of the button on the page that warns of a large file, so no page has to be read. A
    page that comes all the same (quota, login, virus scan) is no file for `mirrors.from_url`.

    Args:
        drive_id: of the file.
    """
    return f"{ADDRESS}?{urlencode({'id': drive_id, 'export': 'download', 'confirm': 't'})}"
