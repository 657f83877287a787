"""What the page of a layer tells about each feature map: a verdict, numbers, and pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from markupsafe import Markup

from latentmaps.oips import oip, page_pictures
from latentmaps.oips.layer import LayerResults
from latentmaps.oips.page_pictures import CaptionedPicture, strength

# how a map that no random start of its own excites was brought to respond
_RESCUES = {
    oip.PRECURSOR: "the best of many random candidates",
    oip.PRE_ACTIVATION: "candidates pushed on the map before its ReLU",
    oip.DIGITS: "a real digit",
    oip.IN_RANGE: "the OIP in range",
}

# The same as the first sentence of a verdict. Each kind of start is tried for what the one
# before left silent (``starts``), so what a sentence denies was tried in vain.
_WOKEN = {
    oip.PRECURSOR: "Rescued: its own starts leave it silent, the best of many others does not.",
    oip.PRE_ACTIVATION: "Rescued: random starts woke it only by steps on the map before its ReLU.",
    oip.DIGITS: "Rescued: no random start woke it, a real digit as a start did.",
    oip.IN_RANGE: "Rescued: no start but the OIP in range woke it.",
}

# An OIP excites its map in the same way as the strongest digit when its path correlation is above
# that of random digits, and at least so far from there towards that of the second strongest digit.
_SAME_WAY = 0.5

# below this seed gap a verdict says how far apart the starts end
_LEAST_SEED_GAP = 0.75


@dataclass(frozen=True)
class Fact:
    """A number of a row.

    Attributes:
        name: what it is.
        value: in words.
    """

    name: str
    value: str


@dataclass(frozen=True)
class Row:
    """What the page tells about one feature map.

    Attributes:
        anchor: its name within the page, such as Conv2D_3-17.
        index: its number.
        status: alive, rescued or dead.
        rescued_by: what rescued it; empty: nothing had to, or nothing did.
        sort_keys: name -> number by which the script sorts, empty where there is none.
        verdict: sentences, the one that matters most first.
        facts: numbers in words.
        course: pictures from the start on; of a dead map none.
        ends: the OIP with pixels free, and in range; of a dead map none.
        digits: pictures of the strongest test digits.
        all_ends: of the starts that climbed on, with free pixels; of a dead map none.
        elementary: what excites the map at one position; None for a unit of a dense layer.
        curve: SVG, empty for a dead map.
        tuning: SVG, how strongly noise of each length scale excites the map; empty for a unit of
            a dense layer, which noise pushes up and down alike.
    """

    anchor: str
    index: int
    status: str
    rescued_by: str
    sort_keys: dict[str, str]
    verdict: Sequence[str]
    facts: Sequence[Fact]
    course: Sequence[CaptionedPicture]
    ends: Sequence[CaptionedPicture]
    digits: Sequence[CaptionedPicture]
    all_ends: Sequence[CaptionedPicture]
    elementary: CaptionedPicture | None
    curve: str
    tuning: str


def row(found: LayerResults, position: int) -> Row:
    """Return the row of the map that stands at `position` in the table."""
    line = found.table.iloc[position]
    anchor = f"{found.layer_name}-{line['map_index']}"
    keys = {
        "index": str(line["map_index"]),
        "rank": str(oip.STATUSES.index(line["status"])),
        "ratio": number(line["ratio"], ""),
        "in-range": number(line["ratio_in_range"], ""),
        "steps": str(line["num_steps"]),
    }
    return Row(
        anchor=anchor,
        index=int(line["map_index"]),
        status=str(line["status"]),
        rescued_by=str(line["rescued_by"]),
        sort_keys=keys,
        verdict=_verdict(line),
        facts=_facts(line, found, position),
        course=page_pictures.course(found, position, line),
        ends=page_pictures.ends(found, position, line),
        digits=page_pictures.digits(found, position),
        all_ends=page_pictures.all_ends(found, position),
        elementary=page_pictures.elementary(found, position),
        tuning=Markup(_tuning(line, found)),  # noqa: S704 - our own drawing
        curve=Markup(page_pictures.curve(found, position, line)),  # noqa: S704 - our own drawing
    )


def _tuning(line: pd.Series, found: LayerResults) -> str:
    if found.elementary is None:
        return ""
    own = found.tuning[found.tuning["map_index"] == line["map_index"]]
    return page_pictures.draw_tuning(
        own[own["kind"] == "grid"],
        found.oips.free.images.shape[1],
        title=f"Activation of {found.names.one} {line['map_index']} by noise of each length scale",
    )


def number(value: float, missing: str = "none") -> str:
    """Return a number with two digits behind the point."""
    return f"{value:.2f}" if np.isfinite(value) else missing


def _verdict(line: pd.Series) -> list[str]:
    """Return what the numbers of a map come to: one sentence, or a few."""
    has_digit = line["strongest_digit_activation"] > 0
    if line["status"] == oip.DEAD:
        if has_digit:
            return ["Dead: no start excites it, though test digits do."]
        return ["Dead: nothing that was tried excites it."]
    woken = [_WOKEN[line["rescued_by"]]] if line["rescued_by"] else []
    comparison = "No test digit excites it; its OIP does."
    if has_digit:
        times = f"{line['ratio']:.1f} times as strongly as to the strongest digit"
        comparison = f"Reacts {times}{_way(line)}."
    return [*woken, comparison, *_spread(line)]


def _way(line: pd.Series) -> str:
    """Return how the OIP excites the map, compared with the strongest digit; empty: unknown."""
    path, random = line["path_correlation"], line["path_random_digit"]
    if not np.isfinite(path):
        return ""
    if path <= random:
        return ", in a different way"
    # without a second digit there is nothing to call the same
    same = random + _SAME_WAY * (line["path_second_digit"] - random)
    return ", in much the same way" if path >= same else ", partly in the same way"


def _spread(line: pd.Series) -> list[str]:
    gap = line["seed_gap"]
    return [f"Its random starts end up to {1 - gap:.0%} apart."] if gap < _LEAST_SEED_GAP else []


def _facts(line: pd.Series, found: LayerResults, position: int) -> list[Fact]:
    tried = f"{line['silent_share']:.0%} of the random images leave it silent"
    if line["status"] == oip.DEAD:
        return [Fact("Starts", tried), Fact("OIP", "none: nothing that was tried excites the map")]
    facts = [
        *_rescue(line, "", "Rescued by"),
        *_rescue(line, "_in_range", "In range by"),
        Fact("Pixels free", strength(line["activation"], line["ratio"])),
        Fact(
            "Pixels in range",
            strength(line["activation_in_range"], line["ratio_in_range"]),
        ),
        Fact("Course", f"free: {_end(line, '')}; in range: {_end(line, '_in_range')}"),
        Fact("Starts", f"{tried}; the best one: {_winner(line)}"),
        *([Fact("Silent", _silence(line, found))] if found.elementary else []),
        Fact("Repetition", f"{number(line['repetition'])}, autocorrelation of the free OIP"),
        Fact("Polish", f"free: {_polish(line, '')}; in range: {_polish(line, '_in_range')}"),
        Fact("Out of range", f"{line['out_of_range_share']:.0%} of the free pixels"),
    ]
    if np.isfinite(line["seed_gap"]):
        num_loud = int((found.oips.free.regular_finalist_activations[position] > 0).sum())
        gap = f"{line['seed_gap']:.0%}"
        words = f"the worst of {num_loud} random starts that climbed on ends at {gap} of the best"
        facts.append(Fact("Spread", words))
    if np.isfinite(line["path_correlation"]):
        facts.append(Fact("Path", _path(line)))
    if "confidence" in line:
        words = f"{line['confidence']:.1%} free, {line['confidence_in_range']:.1%} in range"
        facts.append(Fact("Confidence", f"the CNN reads its OIP as a {line['map_index']}: {words}"))
    return facts


def _winner(line: pd.Series) -> str:
    return f"{line['winning_start']}{' (head start)' if line['from_head_start'] else ''}"


def _silence(line: pd.Series, found: LayerResults) -> str:
    """Return the share of random images of each kind that leave the map silent."""
    own = found.tuning[found.tuning["map_index"] == line["map_index"]]
    kinds = own[own["kind"] != "grid"]
    shares = zip(kinds["kind"], kinds["silent_share"], strict=True)
    return ", ".join(f"{kind} {share:.0%}" for kind, share in shares)


def _rescue(line: pd.Series, suffix: str, name: str) -> list[Fact]:
    rescued_by = line[f"rescued_by{suffix}"]
    return [Fact(name, f"{_RESCUES[rescued_by]} ({rescued_by})")] if rescued_by else []


def _end(line: pd.Series, suffix: str) -> str:
    steps = line[f"num_steps{suffix}"]
    if line[f"converged{suffix}"]:
        return f"converged after {steps} steps"
    state = "still improving" if line[f"improving{suffix}"] else "not converged"
    return f"{state} after {steps} steps"


def _polish(line: pd.Series, suffix: str) -> str:
    before, after = (line[f"high_frequency_share{name}{suffix}"] for name in ("", "_polished"))
    if line[f"activation{suffix}"] <= 0:
        return "silent"
    kept = line[f"activation_polished{suffix}"] / line[f"activation{suffix}"]
    return f"high frequencies {before:.0%}, then {after:.0%}; {kept:.0%} of the activation left"


def _path(line: pd.Series) -> str:
    return (
        f"rank correlation {line['path_correlation']:.2f} free, "
        f"{number(line['path_correlation_in_range'])} in range (second digit "
        f"{number(line['path_second_digit'])}, random digits {line['path_random_digit']:.2f})"
    )
