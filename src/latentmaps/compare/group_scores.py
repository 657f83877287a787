"""The sortable table of seed groups: means and spreads of the headline numbers."""

from collections.abc import Sequence

from latentmaps.compare import groups
from latentmaps.compare.groups import SeedGroup, SeedStatistic
from latentmaps.compare.headlines import HEADLINES, Headline
from latentmaps.compare.measures import NO_VALUE, PLUS_MINUS
from latentmaps.compare.scores import (
    ScoreCell,
    ScoreColumn,
    ScoreRow,
    ScoreTable,
    score_fact,
    score_parameters,
)
from latentmaps.report import glossary


def tabulate_groups(seed_groups: Sequence[SeedGroup], keys: Sequence[str]) -> list[ScoreTable]:
    """Return a list of one table, with a row per group; empty if no group has several seeds.

    Args:
        seed_groups: the groups, in the order of the rows.
        keys: for each group, the row key of its first experiment.
    """
    if not groups.have_seeds(seed_groups):
        return []
    headlines = [
        headline
        for headline in HEADLINES
        if any(group.statistic(headline.value) for group in seed_groups)
    ]
    differing = groups.differing_parameters(seed_groups)
    columns = [
        ScoreColumn("groups-fact", "fact", glossary.term("fact")),
        *(ScoreColumn(f"groups-{name}", name, is_differing=True) for name in differing[0]),
        ScoreColumn("groups-seeds", "Seeds"),
        *(
            ScoreColumn(f"groups-{headline.name}", headline.words, headline.term)
            for headline in headlines
        ),
    ]
    table_rows = [
        ScoreRow(
            key,
            group.name,
            [
                score_fact(group.members[0]),
                *score_parameters(texts),
                ScoreCell(str(len(group.seeds)), str(len(group.seeds))),
                *(_mean(headline, group.statistic(headline.value)) for headline in headlines),
            ],
        )
        for key, group, texts in zip(keys, seed_groups, differing, strict=True)
    ]
    caption = "Means over seeds, each with its spread, the sample standard deviation"
    return [ScoreTable("groups", caption, columns, table_rows)]


def _mean(headline: Headline, statistic: SeedStatistic | None) -> ScoreCell:
    if statistic is None:
        return ScoreCell(NO_VALUE, "")
    spread = statistic.spread
    note = "" if spread is None else f"{PLUS_MINUS} {headline.text(spread)}"
    return ScoreCell(headline.text(statistic.mean), repr(statistic.mean), note)
