"""Write what DVC has to know of this clone, into .dvc/config.local; ``make setup`` runs it.

DVC reads the configuration of a commit from that commit when it pushes an experiment, and takes the
root of the file system for the folder of the repository then: a relative path of a remote would
lead to /.dvc/cache. What stands in .dvc/config.local is read from here, so its paths are absolute.
"""

import sys
from pathlib import Path

from dvc.config import Config

# remotes that .dvc/config lays into the cache of the clone: faces stay in it, and everything as
# long as there is no store
_IN_THE_CACHE = ("faces_of_own", "faces_of_celeba", "store")


def write(root: Path) -> None:
    """Write the settings; a store that was added before stays.

    Args:
        root: the folder that holds .dvc.
    """
    cache = str((root / ".dvc/cache").absolute())
    with Config(str(root / ".dvc")).edit("local") as settings:
        settings.setdefault("plots", {})["html_template"] = "plots_template.html"
        remotes = settings.setdefault("remote", {})
        for name in _IN_THE_CACHE:
            url = remotes.get(name, {}).get("url")
            if url is None or url.endswith("/.dvc/cache"):  # of this clone at its former place
                remotes[name] = {"url": cache}


if __name__ == "__main__":
    write(Path(sys.argv[1]))
