import pytest
from tests.compare.example_experiments import make_sweep
from tests.compare.example_sweeps import judged

from latentmaps.compare import group_scores, groups


def test_a_row_is_a_group_with_mean_and_spread_of_each_headline() -> None:
    experiments = [judged(1.0, seed, prior=value) for seed, value in ((1, 0.1), (2, 0.2), (3, 0.6))]
    [table] = group_scores.tabulate_groups(
        groups.make_groups([*experiments, judged(3.0)]), ["a", "b"]
    )
    labels = [column.label for column in table.columns]
    assert labels[:3] == ["fact", "Seeds", "total loss"]
    first, second = table.rows
    assert (first.key, first.name) == ("a", "f1-s1 and 2 more")
    cell = first.cells[labels.index("kernel prior")]
    # sqrt((0.2^2 + 0.1^2 + 0.3^2) / 2)
    assert (cell.text, cell.note) == ("0.3000", "\N{PLUS-MINUS SIGN} 0.2646")
    assert float(cell.order) == pytest.approx(0.3)
    assert second.cells[labels.index("kernel prior")].note == ""


def test_differing_parameters_are_marked_and_seeds_are_not() -> None:
    experiments = [
        judged(1.0, 1),
        judged(1.0, 2),
        judged(1.0, 1, name="b", **{"train_vae.epochs": 2}),
    ]
    [table] = group_scores.tabulate_groups(groups.make_groups(experiments), ["a", "b"])
    assert [column.label for column in table.columns if column.is_differing] == ["train_vae.epochs"]


def test_a_number_that_a_group_lacks_is_a_dash() -> None:
    experiments = [judged(1.0, 1), judged(1.0, 2), judged(3.0, test={})]
    [table] = group_scores.tabulate_groups(groups.make_groups(experiments), ["a", "b"])
    assert table.rows[1].cells[-1].text == "\N{EN DASH}"


def test_without_repeated_seeds_there_is_no_table() -> None:
    seed_groups = groups.make_groups(make_sweep())
    assert group_scores.tabulate_groups(seed_groups, ["row"] * len(seed_groups)) == []
