"""Render the comparison page: one HTML file that contains everything except the full pages.

Like the report, it opens from disk without a network connection and contains no timestamps or
paths. Its only script sorts tables and enlarges faces. The content security policy of the page
allows that script by its hash and blocks all others. Everything else works without scripts.
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
from latentmaps.compare.answer import SweepAnswer
from latentmaps.compare.criteria import CRITERIA, FITTED
from latentmaps.compare.experiment import Experiment, Problem, sort_by_fact
from latentmaps.compare.groups import SeedGroup
from latentmaps.compare.revision import WORKSPACE
from latentmaps.compare.rows import ExperimentRow
from latentmaps.errors import DataError
from latentmaps.pages import html_page
from latentmaps.report import glossary
from latentmaps.report.glossary import Term
from latentmaps.report.samplers import NOT_FITTED
from latentmaps.vae.evaluation import fid_network


@dataclass(frozen=True)
class IncompleteExperiment:
    """An experiment that is partly or completely missing from the page.

    Attributes:
        name: name of the experiment.
        fact: weight of the KL term, as text.
        is_shown: whether its available parts are shown in a row.
        problems: what is missing, and why.
    """

    name: str
    fact: str
    is_shown: bool
    problems: Sequence[Problem]


def render(experiments: Sequence[Experiment], links: Mapping[str, str]) -> str:
    """Return the HTML of the page.

    Args:
        experiments: the experiments, in any order; those without results are listed with a reason.
        links: identity of an experiment -> relative link to its full page.

    Raises:
        DataError: there is nothing to compare.
    """
    shown = sort_by_fact([experiment for experiment in experiments if experiment.is_shown])
    if not shown:
        raise DataError(f"nothing to compare: {_describe(experiments)}")
    originals = rows.shared_originals(shown)
    row_links = {
        place: links[experiment.identity]
        for place, experiment in enumerate(shown)
        if experiment.identity in links
    }
    experiment_rows = rows.make_rows(shown, row_links, has_shared_originals=originals is not None)
    keys = [row.key for row in experiment_rows]
    seed_groups = groups.make_groups(shown)
    row_groups = _group_rows(shown, experiment_rows, seed_groups)
    sweep = answer.judge_sweep(shown)
    script = _script()
    return (
        environment()
        .get_template("compare.html.j2")
        .render(
            rows=experiment_rows,
            row_groups=row_groups,
            **_answer(sweep),
            **_samplers(),
            originals=originals,
            facts=_span(shown),
            facts_differ=len({experiment.label for experiment in shown}) > 1,
            notes=notes.find_notes(shown),
            compared_faces=" or ".join(measures.distinct_counts(shown, "num_compared")),
            nets=measures.feature_nets(shown),
            fid_net=fid_network.NAME,
            group_tables=group_scores.tabulate_groups(
                seed_groups, [members[0].key for members in row_groups]
            ),
            tables=scores.tabulate_experiments(shown, keys),
            sampler_tables=scores.tabulate_samplers(shown, keys),
            curves=curves.make_curves(shown, sweep.parameter),
            incomplete=_incomplete(experiments),
            glossary=_terms(),
            plots_command=_plots_command(shown),
            shows_people=rows.may_show_people(shown),
            script=script,
            script_hash=html_page.source_hash(script),
        )
    )


def _group_rows(
    experiments: Sequence[Experiment],
    experiment_rows: Sequence[ExperimentRow],
    seed_groups: Sequence[SeedGroup],
) -> list[list[ExperimentRow]]:
    """Return the rows of each group; the page collapses all but the first row."""
    pairs = zip(experiments, experiment_rows, strict=True)
    by_id = {id(experiment): row for experiment, row in pairs}
    return [[by_id[id(member)] for member in group.members] for group in seed_groups]


def _answer(sweep: SweepAnswer) -> dict[str, Any]:
    """Return the template variables that describe a sweep's answer."""
    return {
        "answer": sweep,
        "answer_headline": answer_words.headline(sweep),
        "answer_evidence": answer_words.evidence(sweep),
        "criteria": CRITERIA,
        "fitted": FITTED,
        "judged": [*CRITERIA, FITTED],
    }


def _samplers() -> dict[str, Any]:
    """Return the template variables that name the samplers of random faces."""
    terms = glossary.samplers()
    return {
        "samplers": terms,
        "fitted_samplers": notes.join_words([t.sampler for t in terms.values() if t.is_fitted]),
        "not_fitted": terms[NOT_FITTED].sampler,
    }


def _describe(experiments: Sequence[Experiment]) -> str:
    return "; ".join(
        f"{experiment.name}: {', '.join(problem.reason for problem in experiment.problems)}"
        + "".join(
            f" - {command}"
            for command in dict.fromkeys(problem.command for problem in experiment.problems)
            if command
        )
        for experiment in sort_by_fact(experiments)
    )


def _incomplete(experiments: Sequence[Experiment]) -> list[IncompleteExperiment]:
    candidates = [
        IncompleteExperiment(
            experiment.name,
            experiment.label,
            experiment.is_shown,
            [
                *experiment.problems,
                *(measures.find_missing(experiment) if experiment.is_shown else []),
            ],
        )
        for experiment in sort_by_fact(experiments)
    ]
    return [candidate for candidate in candidates if candidate.problems]


def _span(experiments: Sequence[Experiment]) -> str:
    """Return the span of fact as text: ``0.5 to 10``, or the only value."""
    labels = list(dict.fromkeys(experiment.label for experiment in experiments))
    return labels[0] if len(labels) == 1 else f"{labels[0]} to {labels[-1]}"


def _plots_command(experiments: Sequence[Experiment]) -> str:
    """Return the command that plots the first and last experiments, or the only one and HEAD."""
    names = [experiment.name for experiment in experiments]
    unique = [
        experiment.name if names.count(experiment.name) == 1 else experiment.revision
        for experiment in experiments
    ]
    pair = [unique[0], unique[-1]] if len(unique) > 1 else ["HEAD", *unique]
    if pair[0] == pair[-1]:
        pair = ["HEAD", WORKSPACE]
    return shlex.join(["dvc", "plots", "diff", *pair])


def _terms() -> dict[str, Sequence[Term]]:
    """Return the groups of the glossary, except the group about digits."""
    return {title: terms for title, terms in glossary.groups().items() if title != "Digits"}


def _script() -> str:
    folder = resources.files("latentmaps.compare") / "templates"
    files = [folder / name for name in ("sort.js", "enlarge.js")]
    return "\n".join(file.read_text(encoding="utf-8").strip() for file in files)


def environment() -> jinja2.Environment:
    """Return a Jinja environment with the templates of the comparison page and the report."""
    return html_page.environment("latentmaps.compare", "latentmaps.report")
