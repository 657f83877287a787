"""Allow single inline scripts and styles in a Content-Security-Policy."""

import base64
import hashlib


def source_hash(text: str) -> str:
    """Return the source expression, ``sha256-...``, of all between the tags of an element."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
