"""The ``latentmaps`` command, for working with the results of the pipeline.

No stage imports this module. DVC, matplotlib and templates are imported only by the commands that
need them, so ``latentmaps --help`` responds at once.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from latentmaps import __version__, export_command, oip_command, photo_command
from latentmaps.errors import LatentmapsError

_OUTPUT = Path("reports/compare.html")


def main(words: Sequence[str] | None = None) -> NoReturn:
    """Run a command and exit; a user error ends with one message and exit code 1.

    Args:
        words: command-line arguments; None: those of this process.
    """
    arguments = _parser().parse_args(words)
    arguments.words = sys.argv[1:] if words is None else words  # for pages that quote the command
    place = f"latentmaps {arguments.command}"
    try:
        sys.stdout.write(f"{arguments.run(arguments)}\n")
    except LatentmapsError as error:
        sys.exit(f"{place}: {error}")
    except OSError as error:
        output = error.filename or arguments.output or arguments.default_output
        sys.exit(
            f"{place}: {output}: {error.strerror or error}; "
            "nothing was written - make sure that the disk has space and the folder is writable, "
            "then run the command again"
        )
    except KeyboardInterrupt:
        sys.exit(f"{place}: interrupted; nothing was written")
    sys.exit(0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="latentmaps", description="Explore, compare and export the results of the pipeline."
    )
    parser.add_argument("--version", action="version", version=f"latentmaps {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    compare = commands.add_parser(
        "compare",
        help="write a page that compares DVC experiments",
        description="Write a page that compares DVC experiments. It has one row per experiment, "
        "sorted by fact, with the same test faces, the same z, and the numbers below them. A "
        "summary at the top says which values a sweep supports.",
    )
    compare.set_defaults(run=_compare, default_output=_OUTPUT)
    table = commands.add_parser(
        "table",
        help="print DVC experiments with their headline numbers",
        description="Print a table of DVC experiments, sorted by fact, with the parameters that "
        "differ and the headline numbers, at most 120 characters wide. Below it are the means over "
        "seeds, and the values that a sweep supports.",
    )
    table.set_defaults(run=_table, output="standard output")
    oip_command.add_to(commands)
    photo_command.add_to(commands)
    export_command.add_to(commands)
    for parser_of_names in (compare, table):
        parser_of_names.add_argument(
            "names",
            nargs="*",
            metavar="NAME",
            help="an experiment, a git revision (branch, tag, hash) or `workspace`. Default: all "
            "experiments of the current commit, plus that commit and the workspace unless they "
            "repeat an experiment",
        )
    compare.add_argument(
        "--output",
        type=Path,
        metavar="PATH",
        help=f"path of the page, a self-contained HTML file (default: {_OUTPUT} in the repository)",
    )
    compare.add_argument(
        "--no-pages",
        action="store_true",
        help="do not copy the full pages of the experiments; by default they are put next to the "
        "comparison and linked",
    )
    return parser


def _compare(arguments: argparse.Namespace) -> str:
    from latentmaps import git_exposure
    from latentmaps.compare import page_files, repository, rows

    with repository.open_repository() as repo:
        output = arguments.output or Path(repo.root_dir) / _OUTPUT
        experiments = repository.select(repo, arguments.names)
        written = page_files.write(experiments, output, has_pages=not arguments.no_pages)
    if rows.may_show_people(experiments) and (exposed := git_exposure.find_exposed(written)):
        sys.stderr.write(f"latentmaps compare: warning: {_warn(output, exposed)}\n")
    shown = sum(experiment.is_shown for experiment in experiments)
    left_out = len(experiments) - shown
    return (
        f"{written[0]}: {_count(shown, 'experiment')}"
        + (f", {left_out} listed as left out" if left_out else "")
        + (f", {_count(len(written) - 1, 'full page')} next to it" if len(written) > 1 else "")
    )


def _table(arguments: argparse.Namespace) -> str:
    from latentmaps.compare import repository, table

    with repository.open_repository() as repo:
        return table.render(repository.select(repo, arguments.names))


def _warn(output: Path, exposed: Sequence[Path]) -> str:
    """Return a warning that names the page, the folder of the full pages, or both."""
    places = dict.fromkeys(path if path == output else path.parents[1] for path in exposed)
    return (
        f"{' and '.join(map(str, places))} may show real people, and git does not ignore "
        f"{'them' if len(places) > 1 else 'it'}; do not commit, or write to {_OUTPUT} instead"
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
