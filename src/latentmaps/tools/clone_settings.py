"""Write the DVC settings of this clone; ``make setup`` runs this.

When DVC pushes an experiment, it reads .dvc/config from a commit and mistakes the root of the file
system for the repository, so the relative path of a remote resolves to /.dvc/cache. It always reads
.dvc/config.local from the disk. Therefore, that file gets the absolute path of each remote that
.dvc/config places in the cache of the clone.
"""

import sys
from pathlib import Path

from dvc.config import Config


def write(root: Path) -> None:
    """Write .dvc/config.local and keep its other settings, such as a store that the user added.

    Args:
        root: the folder that contains .dvc.
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
    """Report whether a remote is the cache of this clone, at its current or a former path."""
    url = str(remote.get("url", ""))
    return url == cache or (url.endswith("/.dvc/cache") and not Path(url).exists())


if __name__ == "__main__":
    write(Path(sys.argv[1]))
