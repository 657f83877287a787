from latentmaps.compare import parameters


def test_the_profile_in_force_stands_under_its_section() -> None:
    values = {
        "base.seed": 1,
        "train_vae": {"fact": 5.0},
        "profiles.celeba.train_vae": {"epochs": 24},
    }
    assert parameters.flatten(values) == {
        "base.seed": 1,
        "train_vae.fact": 5.0,
        "train_vae.epochs": 24,
    }


def test_values_read_as_in_params_yaml_and_no_folder_is_told() -> None:
    assert parameters.as_text("a.b", None) == "null"
    assert parameters.as_text("a.b", True) == "true"
    assert parameters.as_text("a.b", [32, 64.0, "same"]) == "[32, 64, same]"
    assert parameters.as_text("fetch_faces.path", "/home/me/faces") == "(a local folder)"
    assert parameters.as_text("fetch_faces.path", None) == "null"


def test_only_what_is_not_the_same_everywhere_differs() -> None:
    of_each: list[dict[str, float]] = [
        {"a": 1, "b": 2.0},
        {"a": 1, "b": 2},
        {"a": 1, "b": 2.0, "c": 3},
        {},
    ]
    assert parameters.find_differing(of_each) == ["c"]
    assert parameters.find_differing([]) == []
    assert parameters.describe({"a": 1}, ["a", "c"]) == [("a", "1"), ("c", "\N{EN DASH}")]
