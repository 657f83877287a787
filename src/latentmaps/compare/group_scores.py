"""The sortable table of groups: means of the headline numbers over seeds, and their spreads."""

from collections.abc import Sequence

from latentmaps.compare import groups
from latentmaps.compare.groups import Group, Statistic
from latentmaps.compare.headlines import HEADLINES, Headline
from latentmaps.compare.measures import NO_VALUE, PLUS_MINUS
from latentmaps.compare.scores import (
    Column,
    Score,
    ScoreRow,
    Scores,
    score_fact,
    score_parameters,
)
from latentmaps.report import glossary


def tabulate_groups(made: Sequence[Group], keys: Sequence[str]) -> list[Scores]:
    """Return the table with a row for each group: means and spreads; none without repeated seeds.

    Args:
        made: the groups, in the order of the rows.
        keys: of the rows of their first experiments.
    """
    if not groups.have_seeds(made):
        return []
    compared = [one for one in HEADLINES if any(group.statistic(one.of) for group in made)]
    differing = groups.differing_parameters(made)
    columns = [
        Column("groups-fact", "fact", glossary.term("fact")),
        *(Column(f"groups-{name}", name, is_differing=True) for name in differing[0]),
        Column("groups-seeds", "Seeds"),
        *(Column(f"groups-{one.name}", one.words, one.term) for one in compared),
    ]
    table_rows = [
        ScoreRow(
            key,
            group.name,
            [
                score_fact(group.members[0]),
                *score_parameters(texts),
                Score(str(len(group.seeds)), str(len(group.seeds))),
                *(_mean(one, group.statistic(one.of)) for one in compared),
            ],
        )
        for key, group, texts in zip(keys, made, differing, strict=True)
    ]
    caption = "Means over seeds, and beside each its spread: the sample standard deviation"
    return [Scores("groups", caption, columns, table_rows)]


def _mean(headline: Headline, found: Statistic | None) -> Score:
    if found is None:
        return Score(NO_VALUE, "")
    spread = "" if found.spread is None else f"{PLUS_MINUS} {headline.text(found.spread)}"
    return Score(headline.text(found.mean), repr(found.mean), spread)
