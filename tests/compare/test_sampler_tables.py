from tests.compare.example_experiments import evaluation, experiment, sample, with_fid_network

from latentmaps.compare import sampler_tables


def test_samplers_stand_by_experiment_with_the_floor_first_and_the_best_marked() -> None:
    ones = [experiment("a", 0.5), experiment("b", 5.0)]
    table = sampler_tables.make_tables(ones)[0]
    assert [column.label for column in table.columns] == ["fact 0.5 (a)", "fact 5 (b)"]
    heads = [row.head.label for row in table.rows]
    assert heads[:3] == ["Real faces", "Prior", "Prior, cooled to 0.8"]
    assert [cell.text for cell in table.rows[0].cells] == ["-0.0004 \N{PLUS-MINUS SIGN} 0.004"] * 2
    best = [row.head.label for row in table.rows if row.cells[0].is_best]
    assert best == ["Mixture, cooled to 0.8"]


def test_a_sampler_or_net_that_one_lacks_is_a_dash() -> None:
    metrics = evaluation(5.0)
    metrics["samples"] = {"real": sample(0.0), "flow": sample(0.01)}
    older = experiment("old", 1.0, test={"psnr_db": 20.0})
    table = sampler_tables.make_tables(
        [experiment("a", 0.5), experiment("b", 5.0, test=metrics), older]
    )[0]
    texts = {row.head.label: [cell.text for cell in row.cells] for row in table.rows}
    assert texts["flow"] == ["\N{EN DASH}", "0.01 \N{PLUS-MINUS SIGN} 0.004"]
    assert texts["Mixture"][1] == "\N{EN DASH}"


def test_only_the_inception_net_of_2015_gives_an_fid() -> None:
    metrics = with_fid_network(evaluation(5.0))
    made = sampler_tables.make_tables([experiment("a", 5.0, test=metrics)])
    labels = [table.corner.label for table in made]
    assert labels.count("FID") == 1
    assert labels.count("Frechet distance") == 1
    assert labels[-2:] == ["Sharpness", "Diversity"]
