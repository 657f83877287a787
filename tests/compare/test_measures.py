from tests.compare.example_experiments import evaluation_numbers, make_experiment

from latentmaps.compare import measures


def test_a_number_has_its_unit_and_its_annotations() -> None:
    experiment = make_experiment("a", 5.0)
    texts = {m.label: (m.text(experiment), m.note(experiment)) for m in measures.MAIN}
    assert texts["Raw KL"] == ("40.00 nats", "")
    assert texts["KL share"] == ("2.50%", "")
    assert texts["MMD"] == ("0.0044", "floor -0.0006")
    assert texts["Dimensions in use"] == ("206", "of 256")
    assert measures.KL.text(make_experiment("b", 5.0, test={})) == "\N{EN DASH}"


def test_every_measure_has_a_unique_key() -> None:
    keys = [measure.key for measure in measures.all_measures(["pixels-pca", "another"])]
    assert len(set(keys)) == len(keys) > 100


def test_numbers_that_an_older_version_lacks_are_named_file_by_file() -> None:
    assert measures.find_missing(make_experiment("a", 5.0)) == []
    older = {
        k: v
        for k, v in evaluation_numbers(5.0).items()
        if k not in ("ssim", "samples", "feature_nets")
    }
    [problem] = measures.find_missing(make_experiment("a", 5.0, test=older))
    assert problem.reason.startswith("the numbers of evaluate_vae have no ssim, samples: ")
    [problem] = measures.find_missing(
        make_experiment("a", 5.0, test=older | {"sampled": {"mse": 1.0}})
    )
    assert "have no ssim, sampled.psnr_db, sampled.ssim, " in problem.reason
    # an unavailable file is reported separately
    gone = make_experiment("a", 5.0, test=older, without_numbers={"evaluate_vae"})
    assert measures.find_missing(gone) == []
    # a missing file is reported where it was looked for
    assert measures.find_missing(make_experiment("a", 5.0, test={}, training={})) == []


def test_the_feature_nets_of_all_experiments_are_named_once_in_order() -> None:
    second = make_experiment(
        "b", 5.0, test=evaluation_numbers(5.0) | {"feature_nets": ["pixels-pca", "inception"]}
    )
    broken = make_experiment("c", 5.0, test={"feature_nets": None})
    assert measures.feature_nets([broken, make_experiment("a", 5.0), second]) == [
        "pixels-pca",
        "inception",
    ]
