import pytest
from tests.compare.example_experiments import make_experiment, make_strip

from latentmaps.compare import rows
from latentmaps.compare.experiment import Experiment
from latentmaps.pages import picture


def test_shared_test_faces_are_above_and_reconstructions_are_in_the_row() -> None:
    experiment = make_experiment("a", 3.0)
    faces = rows.shared_originals([experiment])
    [row] = rows.make_rows([experiment], {}, has_shared_originals=True)
    [whole] = rows.make_rows([experiment], {}, has_shared_originals=False)
    image = experiment.strips["reconstructions"]
    upper = image.crop((0, 0, image.width, image.height // 2))
    lower = image.crop((0, image.height - image.height // 2, image.width, image.height))
    assert faces == picture.encode(upper)
    assert row.reconstructions.picture == picture.encode(lower)
    assert whole.reconstructions.picture == picture.encode(image)


def test_faces_are_the_same_only_if_every_pixel_is() -> None:
    first, same = make_strip(7, 2, shade=3.0), make_strip(7, 2, shade=9.0)
    assert rows.show_same_faces([first, same])
    same.putpixel((1, 1), (0, 0, 0))
    assert not rows.show_same_faces([first, same])
    assert not rows.show_same_faces([first, make_strip(6, 2, shade=3.0)])


@pytest.mark.parametrize(
    ("source", "expected"),
    [("avatars", False), ("celeba", True), ("kaggle", True), ("folder", True)],
)
def test_all_faces_except_avatars_may_be_persons(source: str, expected: bool) -> None:
    experiments = [
        make_experiment("a", 3.0),
        make_experiment("b", 5.0, **{"fetch_faces.source": source}),
    ]
    assert rows.may_show_people(experiments) is expected


def test_faces_of_unknown_origin_may_be_persons_unless_they_are_not_shown() -> None:
    assert rows.may_show_people([make_experiment("a", 3.0, parameters={})])
    assert not rows.may_show_people([make_experiment("a", 3.0), Experiment("lost")])
