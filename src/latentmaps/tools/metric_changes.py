"""What a change does to metrics and parameters, as Markdown for a pull request.

``python -m latentmaps.report.metric_changes BEFORE AFTER`` prints it for two git revisions of the
repository it is started in. DVC finds the numbers; here they are only rounded and set.
"""

import argparse
import html
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from latentmaps.errors import DataError

_ABSENT = "\N{EN DASH}"


@dataclass(frozen=True)
class Change:
    """A metric or parameter in two revisions.

    Attributes:
        place: where it stands: the stage, or the file.
        name: dotted.
        before: its value, None if there is none.
        after: likewise.
    """

    place: str
    name: str
    before: Any
    after: Any

    @property
    def is_changed(self) -> bool:
        """Whether the two values differ at all, be it in the last digit."""
        return bool(self.before != self.after)


def read_diff(text: str) -> list[Change]:
    """Gives what `dvc metrics diff --json` or `dvc params diff --json` printed, by name.

    Args:
        text: {file: {name: {"old": value, "new": value}}}; a value is missing where there is none.
    """
    changes = [
        Change(_place(path), name, values.get("old"), values.get("new"))
        for path, names in json.loads(text).items()
        for name, values in names.items()
    ]
    # DVC's order is another one each time
    return sorted(changes, key=_by_place)


def _by_place(change: Change) -> tuple[str, str]:
    return change.place, change.name


def _place(path: str) -> str:
    """Return the stage of a file reports/<stage>/<name>, or the path of any other file."""
    parts = PurePosixPath(path).parts
    return parts[1] if len(parts) == 3 and parts[0] == "reports" else path


def to_markdown(
    metrics: Sequence[Change], params: Sequence[Change], *, before: str, after: str
) -> str:
    """Gives the tables: changed metrics, unchanged ones folded away, changed parameters.

    Args:
        metrics: all of them.
        params: those that changed.
        before: what the first revision is called.
        after: what the second one is called.
    """
    changed = [one for one in metrics if one.is_changed]
    unchanged = [one for one in metrics if not one.is_changed]
    parts = ["### Metrics", _verdict(len(changed), len(metrics))]
    if changed:
        parts.append(_table(changed, before, after))
    if unchanged:
        summary = f"<summary>{len(unchanged)} unchanged</summary>"
        parts += [f"<details>{summary}", _short_table(unchanged), "</details>"]
    parts += ["### Parameters", _table(params, before, after) if params else "No change."]
    return "\n\n".join(parts) + "\n"


def _verdict(num_changed: int, num_metrics: int) -> str:
    if not num_metrics:
        return "Neither revision has metrics."
    return f"{num_changed} of {num_metrics} changed." if num_changed else "No change."


def _table(changes: Iterable[Change], before: str, after: str) -> str:
    rows = [
        f"| {_cell(one.place)} | {_cell(one.name)} | {_value(one.before)} | {_value(one.after)} "
        f"| {_difference(one)} |"
        for one in changes
    ]
    head = [f"| stage | name | {_cell(before)} | {_cell(after)} | change |"]
    return "\n".join([*head, "|---|---|--:|--:|--:|", *rows])


def _short_table(changes: Iterable[Change]) -> str:
    rows = [f"| {_cell(one.place)} | {_cell(one.name)} | {_value(one.after)} |" for one in changes]
    return "\n".join(["| stage | name | value |", "|---|---|--:|", *rows])


def _value(value: Any) -> str:
    if value is None:
        return _ABSENT
    if not _is_number(value):
        return _cell(value if isinstance(value, str) else json.dumps(value))
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _difference(change: Change) -> str:
    """Gives the difference, with a sign, and its share of the value before."""
    if change.before is None or change.after is None:
        return "new" if change.before is None else "gone"
    if not (_is_number(change.before) and _is_number(change.after)):
        return ""
    difference = change.after - change.before
    if not change.before:
        return _signed(difference)
    return f"{_signed(difference)} ({_signed(100 * difference / abs(change.before))} %)"


def _signed(number: float) -> str:
    return f"{number:+,.0f}" if abs(number) >= 1000 else f"{number:+.3g}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _cell(text: object) -> str:
    """Gives text that neither ends a cell of the table nor is read as markup."""
    return html.escape(" ".join(str(text).split())).replace("|", "\\|")


def _dvc(*words: str) -> str:
    """Gives what a command of DVC prints.

    Raises:
        DataError: it fails.
    """
    result = subprocess.run(["dvc", *words], capture_output=True, text=True, check=False)
    if result.returncode:
        raise DataError(f"dvc {' '.join(words)}: {result.stderr.strip()}")
    return result.stdout


def _read_numbers(*revisions: str) -> list[Change]:
    """Return the changes of the metrics, and of the numbers.json beside each of their files.

    Raises:
        DataError: DVC fails.
    """
    diff = ("metrics", "diff", "--all", "--json")
    metrics = _dvc(*diff, *revisions)
    beside = [str(PurePosixPath(path).with_name("numbers.json")) for path in json.loads(metrics)]
    others = _dvc(*diff, "--targets", *beside, "--", *revisions) if beside else "{}"
    return sorted(read_diff(metrics) + read_diff(others), key=_by_place)


def main(words: Sequence[str] | None = None) -> None:
    """Prints the Markdown for two revisions; ends with 1 and a message if DVC cannot."""
    parser = argparse.ArgumentParser(description="Print what changed in metrics and parameters.")
    parser.add_argument("before", help="git revision")
    parser.add_argument("after", help="git revision")
    revisions: Mapping[str, str] = vars(parser.parse_args(words))
    try:
        metrics = _read_numbers(*revisions.values())
        params = read_diff(_dvc("params", "diff", "--json", *revisions.values()))
    except DataError as error:
        sys.exit(f"metric_changes: {error}")
    sys.stdout.write(to_markdown(metrics, params, **revisions))


if __name__ == "__main__":
    main()
