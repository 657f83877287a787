"""The command ``latentmaps``: what a user does with results, beside the stages of the pipeline.

No stage imports this module. DVC, charts and templates are imported by the command that needs them,
so ``latentmaps --help`` answers at once.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from latentmaps import export_command, oip_command, photo_command
from latentmaps.errors import LatentmapsError

_OUTPUT = Path("reports/compare.html")


def main(words: Sequence[str] | None = None) -> NoReturn:
    """Runs a command and ends the process; a user's mistake is one message and exit code 1.

    Args:
        words: of the command line; None: those with which the process was started.
    """
    arguments = _parser().parse_args(words)
    arguments.words = sys.argv[1:] if words is None else words  # for those that tell how to repeat
    place = f"latentmaps {arguments.command}"
    try:
        sys.stdout.write(f"{arguments.run(arguments)}\n")
    except LatentmapsError as error:
        sys.exit(f"{place}: {error}")
    except OSError as error:
        output = error.filename or arguments.output or arguments.default_output
        sys.exit(
            f"{place}: {output}: {error.strerror or error}; "
            "nothing was written - see that the disk has room and the folder is writable, then run "
            "again"
        )
    except KeyboardInterrupt:
        sys.exit(f"{place}: interrupted; nothing was written")
    sys.exit(0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="latentmaps", description="Look at results.")
    commands = parser.add_subparsers(dest="command", required=True)
    compare = commands.add_parser(
        "compare",
        help="one page that compares DVC experiments",
        description="Write a page that compares DVC experiments: one row each, sorted by fact, "
        "with the same test faces, the same z and the numbers under them. At the top it says which "
        "values a sweep supports.",
    )
    compare.set_defaults(run=_compare, default_output=_OUTPUT)
    table = commands.add_parser(
        "table",
        help="DVC experiments with their headline numbers, on the terminal",
        description="Print DVC experiments, sorted by fact: the parameters that differ and the "
        "numbers that people compare, at most 120 characters wide; below them means over seeds, "
        "and which values a sweep supports.",
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
            help="an experiment, a git revision (branch, tag, hash) or `workspace`; none: all "
            "experiments of the present commit, and that commit and the workspace where they "
            "repeat none of them",
        )
    compare.add_argument(
        "--output",
        type=Path,
        metavar="PATH",
        help=f"written: the page, one self-contained HTML file (default: {_OUTPUT} of the "
        "repository)",
    )
    compare.add_argument(
        "--no-pages",
        action="store_true",
        help="leave out the full pages of the experiments, which are else copied beside the page "
        "and linked",
    )
    return parser


def _compare(arguments: argparse.Namespace) -> str:
    from latentmaps import git_exposure
    from latentmaps.compare import page_files, repository, rows

    with repository.open_repository() as repo:
        output = arguments.output or Path(repo.root_dir) / _OUTPUT
        experiments = repository.select(repo, arguments.names)
        written = page_files.write(experiments, output, has_pages=not arguments.no_pages)
    if rows.may_show_persons(experiments) and (exposed := git_exposure.find_exposed(written)):
        sys.stderr.write(f"latentmaps compare: warning: {_warn(output, exposed)}\n")
    drawn = sum(one.is_drawn for one in experiments)
    left_out = len(experiments) - drawn
    return (
        f"{written[0]}: {_count(drawn, 'experiment')}"
        + (f", {left_out} left out and named" if left_out else "")
        + (f", {_count(len(written) - 1, 'full page')} beside it" if len(written) > 1 else "")
    )


def _table(arguments: argparse.Namespace) -> str:
    from latentmaps.compare import repository, table

    with repository.open_repository() as repo:
        return table.render(repository.select(repo, arguments.names))


def _warn(output: Path, exposed: Sequence[Path]) -> str:
    """Gives a warning that names the page, the folder of the full pages, or both."""
    places = dict.fromkeys(path if path == output else path.parents[1] for path in exposed)
    return (
        f"{' and '.join(map(str, places))} may show real persons, and git does not ignore "
        f"{'them' if len(places) > 1 else 'it'}: do not commit, or write to {_OUTPUT} instead"
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
