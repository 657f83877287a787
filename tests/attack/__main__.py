"""Attack all readers, or repeat one case: ``make attack``, ``make attack CASE=split-csv:17``.

It prints a line per group, then every cause of a failure with a case that reproduces it. The exit
code is 1 if anything failed.
"""

import argparse
import sys
import tempfile
import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from tests.attack.attempt import ACCEPTED, FAILED, REFUSED
from tests.attack.case import Group, generator
from tests.attack.catalogue import GROUPS
from tests.attack.running import Result, limit, run

from latentmaps import parallel

_LINE = "{:<20}{:>8}{:>9}{:>10}{:>8}{:>9}"
_CASES_NAMED = 5


def main() -> None:
    """Read the command line, attack, and end the process."""
    parser = argparse.ArgumentParser(description="Attack all readers with hostile inputs.")
    parser.add_argument(
        "what",
        nargs="*",
        help=f"groups or cases (group:number); default: all; known: {', '.join(GROUPS)}",
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="seed of the random mutations (default: 0)"
    )
    parser.add_argument(
        "--short", action="store_true", help="run only the cases that the tests run"
    )
    parser.add_argument(
        "--fork",
        action="store_true",
        help="fork this process, which must not have used TensorFlow yet",
    )
    parser.add_argument(
        "--jobs",
        type=int,
        default=parallel.num_cores(),
        help="number of groups to attack in parallel",
    )
    arguments = parser.parse_args()
    unknown = [name for name in arguments.what if name.partition(":")[0] not in GROUPS]
    if unknown:
        parser.error(f"{unknown[0]}: expected some of {', '.join(GROUPS)}, or one with :number")
    cases = [name for name in arguments.what if ":" in name]
    for case in cases:
        _repeat(case, arguments.seed)
    names = [name for name in arguments.what if ":" not in name] or ([] if cases else list(GROUPS))
    sys.exit(1 if names and _attack(names, arguments) else 0)


def _repeat(case: str, seed: int) -> None:
    """Run one case in this process, show how it ends, and keep its files."""
    name, _, number = case.partition(":")
    group = GROUPS[name]
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-{number}-"))
    group.write(folder, int(number), generator(group, int(number), seed))
    limit()
    print(f"{case}, seed {seed}: {folder}")
    try:
        group.read(folder)
    except Exception:  # the traceback is the purpose of repeating a case
        traceback.print_exc()
    else:
        print("accepted")


def _attack(names: Sequence[str], arguments: argparse.Namespace) -> bool:
    """Attack some groups and report whether anything failed."""
    print(_LINE.format("group", "tried", REFUSED, ACCEPTED, FAILED, "seconds"), flush=True)
    groups = [group for name, group in GROUPS.items() if name in names]
    results = []
    with ThreadPoolExecutor(arguments.jobs) as pool:
        running = [
            pool.submit(run, g, _numbers(g, arguments), arguments.seed, forks=arguments.fork)
            for g in groups
        ]
        for done in as_completed(running):
            results.append(done.result())
            _print(results[-1])
    total = Result("all")
    for result in results:
        total.counts += result.counts
        total.seconds += result.seconds
    _print(total)
    for result in results:
        _print_failures(result, arguments.seed)
    return total.counts[FAILED] > 0


def _numbers(group: Group, arguments: argparse.Namespace) -> range:
    return range(group.num_short if arguments.short else group.num_cases)


def _print(result: Result) -> None:
    counts = result.counts
    tried, seconds = f"{counts.total():,}", f"{result.seconds:.0f}"
    numbers = [f"{counts[ended]:,}" for ended in (REFUSED, ACCEPTED, FAILED)]
    print(_LINE.format(result.group, tried, *numbers, seconds), flush=True)


def _print_failures(result: Result, seed: int) -> None:
    for cause, outcomes in result.causes().items():
        numbers = ", ".join(str(outcome.number) for outcome in outcomes[:_CASES_NAMED])
        print(
            f"\n{result.group}: {len(outcomes):,} failed: {cause}\n  cases {numbers}, seed {seed}"
        )
        print(f"  make attack CASE={result.group}:{outcomes[0].number} SEED={seed}")
        print(f"  {' '.join(outcomes[0].detail.split())}")


if __name__ == "__main__":
    main()
