"""CelebA's terms, and the user's agreement to them.

The terms are shown before anything is downloaded or copied. The user agrees in params.yaml or, on a
terminal, by answering a question.
"""

import logging
import sys

from latentmaps.errors import ParamsError

log = logging.getLogger(__name__)

LICENSE = "CelebA: non-commercial research only, no redistribution"
PROJECT_PAGE = "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html"
_USE = "It is available for non-commercial research purposes only."
_COMMERCE = (
    "You agree not to reproduce, duplicate, copy, sell, trade, resell or exploit for any "
    "commercial purposes any portion of the images and any portion of derived data."
)
_COPIES = (
    "You agree not to further copy, publish or distribute any portion of it, except for internal "
    "use at a single site within the same organization."
)
_OWNERS = (
    "The images are not the property of the Multimedia Laboratory of the Chinese University of "
    "Hong Kong, which may end your access at any time."
)
TERMS = (_USE, _COMMERCE, _COPIES, _OWNERS)


def require_acceptance(*, is_accepted: bool) -> dict[str, object]:
    """Log the terms and return their entries in the receipt.

    Args:
        is_accepted: the value of fetch_faces.accept_license.

    Returns:
        Name, terms, the address of their page, and how they were accepted.

    Raises:
        ParamsError: the terms were not accepted.
    """
    for line in (f"Terms of CelebA ({PROJECT_PAGE}):", *TERMS):
        log.info("  %s", line)
    return {
        "license": LICENSE,
        "license_terms": list(TERMS),
        "license_page": PROJECT_PAGE,
        "license_accepted_by": _accepted_by(is_accepted=is_accepted),
    }


def _accepted_by(*, is_accepted: bool) -> str:
    if is_accepted:
        return "fetch_faces.accept_license"
    if sys.stdin.isatty() and _ask():
        return "an answer at the terminal"
    raise ParamsError(
        "fetch_faces.accept_license: found false, expected true once you agree to CelebA's terms "
        f"({PROJECT_PAGE}); add -S fetch_faces.accept_license=true, or use `profile: sample`, "
        "which draws its faces, or `profile: own` for your own pictures"
    )


def _ask() -> bool:
    # on stderr, next to the log, since stdout may be a pipe
    sys.stderr.write("Do you agree to these terms? Type yes to continue: ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() == "yes"
