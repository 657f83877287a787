"""The content of a layer's page for each feature map: a verdict, numbers and pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from markupsafe import Markup

from latentmaps.oips import oip, page_pictures
from latentmaps.oips.layer import LayerResults
from latentmaps.oips.page_pictures import CaptionedPicture, strength

# what made a map respond if none of its own random start images did
_RESCUES = {
    oip.PRECURSOR: "the best of many random candidates",
    oip.PRE_ACTIVATION: "candidates after an ascent on the map before its ReLU",
    oip.DIGITS: "a real digit",
    oip.IN_RANGE: "the OIP in range",
}

# The same information as the first sentence of a verdict. Each source of start images is tried only
# for maps that the sources before it left silent (``starts``), so each sentence can say that those
# sources failed.
_RESCUE_SENTENCES = {
    oip.PRECURSOR: "Rescued: its own starts leave it silent, but the best candidate excites it.",
    oip.PRE_ACTIVATION: (
        "Rescued: random images excited it only after an ascent on the map before its ReLU."
    ),
    oip.DIGITS: "Rescued: no random image excited it, but a real digit did.",
    oip.IN_RANGE: "Rescued: only the OIP in range excited it.",
}

# Path correlations are placed on a scale from that of random digits (0) to that of the second
# strongest digit (1). At or above this value, an OIP excites its map in the same way as the
# strongest digit.
_SAME_WAY = 0.5

# below this seed gap, a verdict says how much the results of the starts differ
_LEAST_SEED_GAP = 0.75


@dataclass(frozen=True)
class Fact:
    """A labeled number in a row.

    Attributes:
        name: label.
        value: the number as text.
    """

    name: str
    value: str


@dataclass(frozen=True)
class Row:
    """The content of the page for one feature map.

    Attributes:
        anchor: HTML id, such as Conv2D_3-17.
        index: index of the map.
        status: ``alive``, ``rescued`` or ``dead``.
        rescued_by: what rescued the map; empty if it is alive or dead.
        sort_keys: name -> number by which the script sorts, as text; empty if missing.
        verdict: sentences, the most important one first.
        facts: labeled numbers.
        snapshots: pictures of the ascent, beginning with the start image; empty for a dead map.
        oips: the OIPs with free pixels and in range; empty for a dead map.
        digits: pictures of the strongest test digits.
        finalists: final images of the finalists with free pixels; empty for a dead map.
        elementary: the elementary pattern; None for a unit of a dense layer.
        curve: activation over the steps as SVG; empty for a dead map.
        tuning: tuning curve as SVG; empty for a unit of a dense layer, since noise is as likely to
            raise its value as to lower it.
    """

    anchor: str
    index: int
    status: str
    rescued_by: str
    sort_keys: dict[str, str]
    verdict: Sequence[str]
    facts: Sequence[Fact]
    snapshots: Sequence[CaptionedPicture]
    oips: Sequence[CaptionedPicture]
    digits: Sequence[CaptionedPicture]
    finalists: Sequence[CaptionedPicture]
    elementary: CaptionedPicture | None
    curve: str
    tuning: str


def row(results: LayerResults, position: int) -> Row:
    """Return the content for one map.

    Args:
        results: results of the layer.
        position: row of the map in the table.
    """
    line = results.table.iloc[position]
    anchor = f"{results.layer_name}-{line['map_index']}"
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
        facts=_facts(line, results, position),
        snapshots=page_pictures.snapshots(results, position, line),
        oips=page_pictures.oips(results, position, line),
        digits=page_pictures.digits(results, position),
        finalists=page_pictures.finalists(results, position),
        elementary=page_pictures.elementary(results, position),
        tuning=Markup(_tuning(line, results)),  # noqa: S704 - our own drawing
        curve=Markup(page_pictures.curve(results, position, line)),  # noqa: S704 - our own drawing
    )


def _tuning(line: pd.Series, results: LayerResults) -> str:
    if results.elementary is None:
        return ""
    own = results.tuning[results.tuning["map_index"] == line["map_index"]]
    return page_pictures.draw_tuning(
        own[own["kind"] == "grid"],
        results.oips.free.images.shape[1],
        title=(
            f"Activation of {results.names.one} {line['map_index']} for noise of each length scale"
        ),
    )


def number(value: float, missing: str = "none") -> str:
    """Format a number with two decimals, or return `missing` if it is not finite."""
    return f"{value:.2f}" if np.isfinite(value) else missing


def _verdict(line: pd.Series) -> list[str]:
    """Summarize the numbers of a map in one or more sentences."""
    has_digit = line["strongest_digit_activation"] > 0
    if line["status"] == oip.DEAD:
        if has_digit:
            return ["Dead: no start image excites it, although test digits do."]
        return ["Dead: nothing that was tried excites it."]
    rescue = [_RESCUE_SENTENCES[line["rescued_by"]]] if line["rescued_by"] else []
    comparison = "No test digit excites it, but its OIP does."
    if has_digit:
        times = f"{line['ratio']:.1f} times as strongly as to the strongest digit"
        comparison = f"Responds {times}{_way(line)}."
    return [*rescue, comparison, *_spread(line)]


def _way(line: pd.Series) -> str:
    """Compare how the OIP and the strongest digit excite the map; empty if unknown."""
    path, random = line["path_correlation"], line["path_random_digit"]
    if not np.isfinite(path):
        return ""
    if path <= random:
        return ", in a different way"
    # NaN if there is no second digit; the comparison is then false
    same = random + _SAME_WAY * (line["path_second_digit"] - random)
    return ", in much the same way" if path >= same else ", partly in the same way"


def _spread(line: pd.Series) -> list[str]:
    gap = line["seed_gap"]
    if gap >= _LEAST_SEED_GAP or np.isnan(gap):
        return []
    return [f"The results of its random starts differ by up to {1 - gap:.0%}."]


def _facts(line: pd.Series, results: LayerResults, position: int) -> list[Fact]:
    tried = f"{line['silent_share']:.0%} of the random images leave it silent"
    if line["status"] == oip.DEAD:
        return [Fact("Starts", tried), Fact("OIP", "none: nothing that was tried excites the map")]
    facts = [
        *_rescue(line, "", "Rescued by"),
        *_rescue(line, "_in_range", "In range by"),
        Fact("Free pixels", strength(line["activation"], line["ratio"])),
        Fact(
            "In range",
            strength(line["activation_in_range"], line["ratio_in_range"]),
        ),
        Fact(
            "Convergence",
            f"free: {_convergence(line, '')}; in range: {_convergence(line, '_in_range')}",
        ),
        Fact("Starts", f"{tried}; the winning start: {_winner(line)}"),
        *([Fact("Silent", _silence(line, results))] if results.elementary else []),
        Fact("Repetition", f"{number(line['repetition'])}, autocorrelation of the free OIP"),
        Fact("Polish", f"free: {_polish(line, '')}; in range: {_polish(line, '_in_range')}"),
        Fact("Out of range", f"{line['out_of_range_share']:.0%} of the free pixels"),
    ]
    if np.isfinite(line["seed_gap"]):
        num_loud = int((results.oips.free.regular_finalist_activations[position] > 0).sum())
        gap = f"{line['seed_gap']:.0%}"
        words = f"the weakest of {num_loud} random finalists reaches {gap} of the strongest"
        facts.append(Fact("Spread", words))
    if np.isfinite(line["path_correlation"]):
        facts.append(Fact("Pathway", _pathway(line)))
    if "confidence" in line:
        words = f"{line['confidence']:.1%} free, {line['confidence_in_range']:.1%} in range"
        facts.append(
            Fact("Confidence", f"probability that its OIP is a {line['map_index']}: {words}")
        )
    return facts


def _winner(line: pd.Series) -> str:
    return f"{line['winning_start']}{' (head start)' if line['from_head_start'] else ''}"


def _silence(line: pd.Series, results: LayerResults) -> str:
    """Describe the share of random images of each kind that leave the map silent."""
    own = results.tuning[results.tuning["map_index"] == line["map_index"]]
    kinds = own[own["kind"] != "grid"]
    shares = zip(kinds["kind"], kinds["silent_share"], strict=True)
    return ", ".join(f"{kind} {share:.0%}" for kind, share in shares)


def _rescue(line: pd.Series, suffix: str, name: str) -> list[Fact]:
    rescued_by = line[f"rescued_by{suffix}"]
    return [Fact(name, f"{_RESCUES[rescued_by]} ({rescued_by})")] if rescued_by else []


def _convergence(line: pd.Series, suffix: str) -> str:
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
    return f"high frequencies {before:.0%} before, {after:.0%} after; {kept:.0%} of the activation"


def _pathway(line: pd.Series) -> str:
    return (
        f"rank correlation {line['path_correlation']:.2f} free, "
        f"{number(line['path_correlation_in_range'])} in range (second digit "
        f"{number(line['path_second_digit'])}, random digits {line['path_random_digit']:.2f})"
    )
