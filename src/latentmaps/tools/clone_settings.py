"""Write the settings of DVC that hold for one clone alone; ``make setup`` runs this.

When DVC pushes an experiment, it reads .dvc/config from a commit and takes the root of the file
system for the repository: a relative path of a remote leads to /.dvc/cache then. It always reads
.dvc/config.local from the disk, so each remote that .dvc/config lays into the cache of the clone
has its absolute path there.
"""

import sys
from pathlib import Path

from dvc.config import Config


def write(root: Path) -> None:
    """Write .dvc/config.local; what else stands in it stays, as a store that was added.

    Args:
        root: the folder that holds .dvc.
    """
    cache = str((root / ".dvc/cache").absolute())
    config = Config(str(root / ".dvc"))
    shared = config.load_one("repo").get("remote", {})
    in_cache = [name for name, remote in shared.items() if str(remote["url"]) == cache]
    with config.edit("local") as settings:
        settings.setdefault("plots", {})["html_template"] = "plots_template.html"
        remotes = settings.setdefault("remote", {})
        for name in [name for name, remote in remotes.items() if _is_written_here(remote, cache)]:
            del remotes[name]
        for name in in_cache:
            remotes.setdefault(name, {"url": cache})


def _is_written_here(remote: dict[str, str], cache: str) -> bool:
    """Return whether a remote is the cache of this clone, at its place or at a former one."""
    url = str(remote.get("url", ""))
    return url == cache or (url.endswith("/.dvc/cache") and not Path(url).exists())


if __name__ == "__main__":
    write(Path(sys.argv[1]))
