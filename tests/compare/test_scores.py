from tests.compare.example_experiments import evaluation, experiment, sample

from latentmaps.compare import scores


def test_the_table_has_fact_differing_parameters_and_all_numbers() -> None:
    ones = [experiment("a", 0.5), experiment("b", 5.0, **{"train_vae.epochs": 30})]
    table = scores.make_scores(ones, ["row-1", "row-2"])
    labels = [column.label for column in table.columns]
    assert labels[:3] == ["fact", "train_vae.epochs", "Reconstruction loss"]
    assert [column.is_differing for column in table.columns[:3]] == [False, True, False]
    assert "Mixture: Coverage" in labels
    [_, (key, name, cells)] = table.rows
    assert (key, name, len(cells)) == ("row-2", "b", len(labels))
    assert [(cell.text, cell.order) for cell in cells[:3]] == [
        ("5", "5.0"), ("30", "30"), ("5,200", "5200.0"),
    ]  # fmt: skip


def test_what_nobody_has_is_no_column_and_what_one_lacks_sorts_last() -> None:
    without = {k: v for k, v in evaluation(5.0).items() if k != "mse"}
    ones = [experiment("a", 5.0, test=without), experiment("b", 6.0, test=without | {"ssim": None})]
    table = scores.make_scores(ones, ["row-1", "row-2"])
    labels = [column.label for column in table.columns]
    assert "MSE" not in labels
    cell = table.rows[1][2][labels.index("SSIM")]
    assert (cell.text, cell.order) == ("\N{EN DASH}", "")


def test_samplers_stand_by_experiment_with_the_floor_first_and_the_best_marked() -> None:
    ones = [experiment("a", 0.5), experiment("b", 5.0)]
    table = scores.sampler_tables(ones)[0]
    assert [column.label for column in table.columns] == ["fact 0.5 (a)", "fact 5 (b)"]
    heads = [row.head.label for row in table.rows]
    assert heads[:3] == ["Real faces", "Prior", "Prior, cooled to 0.8"]
    assert [cell.text for cell in table.rows[0].cells] == ["-0.0004", "-0.0004"]
    best = [row.head.label for row in table.rows if row.cells[0].is_best]
    assert best == ["Mixture, cooled to 0.8"]


def test_a_sampler_or_net_that_one_lacks_is_a_dash() -> None:
    metrics = evaluation(5.0)
    metrics["samples"] = {"real": sample(0.0), "flow": sample(0.01)}
    older = experiment("old", 1.0, test={"psnr_db": 20.0})
    table = scores.sampler_tables(
        [experiment("a", 0.5), experiment("b", 5.0, test=metrics), older]
    )[0]
    texts = {row.head.label: [cell.text for cell in row.cells] for row in table.rows}
    assert texts["flow"] == ["\N{EN DASH}", "0.01"]
    assert texts["Mixture"][1] == "\N{EN DASH}"


def test_only_the_inception_net_of_2015_gives_an_fid() -> None:
    net = "inception-2015-fid"
    metrics = evaluation(5.0) | {"feature_nets": ["pixels-pca", net]}
    metrics["samples"] = {
        n: row | {net: row["pixels-pca"]} for n, row in metrics["samples"].items()
    }
    labels = [
        table.corner.label for table in scores.sampler_tables([experiment("a", 5.0, test=metrics)])
    ]
    assert labels.count("FID") == 1
    assert labels.count("Frechet distance") == 1
    assert labels[-2:] == ["Sharpness", "Diversity"]
