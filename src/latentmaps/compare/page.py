"""Set the page of a comparison: one HTML file with everything in it but the full pages.

Like the report, it opens from a disk without a network, and holds no time and no path. Its one
script sorts tables and enlarges faces; the page's own security policy knows that script by its hash
and lets no other run. Without scripts nothing else is missing.
"""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import jinja2

from latentmaps.compare import (
    answer,
    answer_words,
    curves,
    group_scores,
    groups,
    measures,
    notes,
    rows,
    scores,
)
from latentmaps.compare.answer import Answer
from latentmaps.compare.criteria import CRITERIA, FITTED
from latentmaps.compare.experiment import Experiment, Problem, by_fact
from latentmaps.compare.groups import Group
from latentmaps.compare.revision import WORKSPACE
from latentmaps.compare.rows import Row
from latentmaps.errors import DataError
from latentmaps.pages import html_page
from latentmaps.report import glossary
from latentmaps.report.glossary import Term
from latentmaps.report.samplers import NOT_FITTED
from latentmaps.vae.evaluation import fid_network


@dataclass(frozen=True)
class Incomplete:
    """An experiment of which something, or everything, is not on the page.

    Attributes:
        name: of the experiment.
        fact: weight of the KL term.
        is_drawn: what there is of it has a row.
        problems: what is missing, and why.
    """

    name: str
    fact: str
    is_drawn: bool
    problems: Sequence[Problem]


def render(experiments: Sequence[Experiment], links: Mapping[str, str]) -> str:
    """Return the page.

    Args:
        experiments: in any order; what cannot be drawn of them is named.
        links: identity of an experiment -> link to its full page, relative.

    Raises:
        DataError: there is nothing to compare.
    """
    drawn = by_fact([one for one in experiments if one.is_drawn])
    if not drawn:
        raise DataError(f"nothing to compare: {_describe(experiments)}")
    originals = rows.shared_originals(drawn)
    with_links = {
        row: links[one.identity] for row, one in enumerate(drawn) if one.identity in links
    }
    made = rows.make_rows(drawn, with_links, has_shared_originals=originals is not None)
    keys = [row.key for row in made]
    together = groups.make_groups(drawn)
    row_groups = _group_rows(drawn, made, together)
    found = answer.find(drawn)
    script = _script()
    return (
        environment()
        .get_template("compare.html.j2")
        .render(
            rows=made,
            row_groups=row_groups,
            **_answer(found),
            **_samplers(),
            originals=originals,
            facts=_span(drawn),
            facts_differ=len({one.label for one in drawn}) > 1,
            notes=notes.find_notes(drawn),
            compared_faces=" or ".join(measures.counts(drawn, "num_compared")),
            nets=measures.feature_nets(drawn),
            fid_net=fid_network.NAME,
            group_tables=group_scores.tabulate_groups(
                together, [each[0].key for each in row_groups]
            ),
            tables=scores.tabulate_experiments(drawn, keys),
            sampler_tables=scores.tabulate_samplers(drawn, keys),
            curves=curves.make_curves(drawn, found.parameter),
            incomplete=_incomplete(experiments),
            glossary=_terms(),
            plots_command=_plots_command(drawn),
            shows_persons=rows.may_show_persons(drawn),
            script=script,
            script_hash=html_page.source_hash(script),
        )
    )


def _group_rows(
    drawn: Sequence[Experiment], made: Sequence[Row], together: Sequence[Group]
) -> list[list[Row]]:
    """Return the rows of each group; all but the first one are folded."""
    of_experiments = {id(one): row for one, row in zip(drawn, made, strict=True)}
    return [[of_experiments[id(one)] for one in group.members] for group in together]


def _answer(found: Answer) -> dict[str, Any]:
    """Return what the template says of the range of values that the experiments support."""
    return {
        "answer": found,
        "answer_headline": answer_words.headline(found),
        "answer_evidence": answer_words.evidence(found),
        "criteria": CRITERIA,
        "fitted": FITTED,
        "judged": [*CRITERIA, FITTED],
    }


def _samplers() -> dict[str, Any]:
    """Return the samplers of random faces, and how sentences list them."""
    terms = glossary.samplers()
    return {
        "samplers": terms,
        "fitted_samplers": notes.join_words([t.sampler for t in terms.values() if t.is_fitted]),
        "not_fitted": terms[NOT_FITTED].sampler,
    }


def _describe(experiments: Sequence[Experiment]) -> str:
    return "; ".join(
        f"{one.name}: {', '.join(problem.reason for problem in one.problems)}"
        + "".join(
            f" - {command}" for command in dict.fromkeys(p.command for p in one.problems) if command
        )
        for one in by_fact(experiments)
    )


def _incomplete(experiments: Sequence[Experiment]) -> list[Incomplete]:
    found = [
        Incomplete(
            one.name,
            one.label,
            one.is_drawn,
            [*one.problems, *(measures.find_missing(one) if one.is_drawn else [])],
        )
        for one in by_fact(experiments)
    ]
    return [one for one in found if one.problems]


def _span(drawn: Sequence[Experiment]) -> str:
    """Return ``0.5 to 10``, or the one value there is."""
    labels = list(dict.fromkeys(one.label for one in drawn))
    return labels[0] if len(labels) == 1 else f"{labels[0]} to {labels[-1]}"


def _plots_command(drawn: Sequence[Experiment]) -> str:
    """Return the command for the experiments that are furthest apart; one by itself meets HEAD."""
    names = [one.name for one in drawn]
    known = [one.name if names.count(one.name) == 1 else one.revision for one in drawn]
    pair = [known[0], known[-1]] if len(known) > 1 else ["HEAD", *known]
    if pair[0] == pair[-1]:
        pair = ["HEAD", WORKSPACE]
    return shlex.join(["dvc", "plots", "diff", *pair])


def _terms() -> dict[str, Sequence[Term]]:
    """Return the groups of the glossary, without those on digits."""
    return {title: terms for title, terms in glossary.groups().items() if title != "Digits"}


def _script() -> str:
    folder = resources.files("latentmaps.compare") / "templates"
    files = [folder / name for name in ("sort.js", "enlarge.js")]
    return "\n".join(file.read_text(encoding="utf-8").strip() for file in files)


def environment() -> jinja2.Environment:
    """Return the templates of the comparison and of the report."""
    return html_page.environment("latentmaps.compare", "latentmaps.report")
