from tests.compare.example_experiments import evaluation, experiment

from latentmaps.compare import measures


def test_a_number_has_its_unit_and_what_stands_beside_it() -> None:
    one = experiment("a", 5.0)
    texts = {each.label: (each.text(one), each.note(one)) for each in measures.MAIN}
    assert texts["Raw KL"] == ("40.00 nats", "")
    assert texts["KL share"] == ("2.50 %", "")
    assert texts["MMD"] == ("0.0044", "floor -0.0006")
    assert texts["Dimensions in use"] == ("206", "of 256")
    assert measures.KL.text(experiment("b", 5.0, test={})) == "\N{EN DASH}"


def test_every_measure_has_a_key_of_its_own() -> None:
    keys = [one.key for one in measures.all_measures(["pixels-pca", "another"])]
    assert len(set(keys)) == len(keys) > 100


def test_what_an_older_version_lacks_is_named_file_by_file() -> None:
    assert measures.find_missing(experiment("a", 5.0)) == []
    older = {
        k: v for k, v in evaluation(5.0).items() if k not in ("ssim", "samples", "feature_nets")
    }
    [problem] = measures.find_missing(experiment("a", 5.0, test=older))
    assert problem.reason.startswith("the numbers of evaluate_vae have no ssim, samples: ")
    [problem] = measures.find_missing(experiment("a", 5.0, test=older | {"sampled": {"mse": 1.0}}))
    assert "have no ssim, sampled.psnr_db, sampled.ssim, " in problem.reason
    # a file that could not be had is a problem of its own
    gone = experiment("a", 5.0, test=older, without_numbers={"evaluate_vae"})
    assert measures.find_missing(gone) == []
    # a file that is missing altogether is told of where it was looked for
    assert measures.find_missing(experiment("a", 5.0, test={}, training={})) == []


def test_the_feature_nets_of_all_are_named_once_in_order() -> None:
    second = experiment(
        "b", 5.0, test=evaluation(5.0) | {"feature_nets": ["pixels-pca", "inception"]}
    )
    broken = experiment("c", 5.0, test={"feature_nets": None})
    assert measures.feature_nets([broken, experiment("a", 5.0), second]) == [
        "pixels-pca",
        "inception",
    ]
