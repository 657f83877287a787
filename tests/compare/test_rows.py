import pytest
from tests.compare.example_experiments import experiment, strip

from latentmaps.compare import rows
from latentmaps.compare.experiment import Experiment
from latentmaps.pages import picture


def test_the_test_faces_stand_above_and_what_is_left_of_them_in_the_row() -> None:
    one = experiment("a", 3.0)
    faces = rows.shared_originals([one])
    [row] = rows.make_rows([one], {}, has_shared_originals=True)
    [whole] = rows.make_rows([one], {}, has_shared_originals=False)
    image = one.strips["reconstructions"]
    upper = image.crop((0, 0, image.width, image.height // 2))
    lower = image.crop((0, image.height - image.height // 2, image.width, image.height))
    assert faces == picture.encode(upper)
    assert row.reconstructions.picture == picture.encode(lower)
    assert whole.reconstructions.picture == picture.encode(image)


def test_faces_are_the_same_only_when_every_pixel_is() -> None:
    first, same = strip(7, 2, shade=3.0), strip(7, 2, shade=9.0)
    assert rows.are_of_same_faces([first, same])
    same.putpixel((1, 1), (0, 0, 0))
    assert not rows.are_of_same_faces([first, same])
    assert not rows.are_of_same_faces([first, strip(6, 2, shade=3.0)])


@pytest.mark.parametrize(
    ("source", "is_shown"),
    [("avatars", False), ("celeba", True), ("kaggle", True), ("folder", True)],
)
def test_all_but_avatars_may_be_persons(source: str, is_shown: bool) -> None:
    ones = [experiment("a", 3.0), experiment("b", 5.0, **{"fetch_faces.source": source})]
    assert rows.may_show_persons(ones) is is_shown


def test_faces_of_unknown_origin_may_be_persons_and_what_is_not_drawn_shows_none() -> None:
    assert rows.may_show_persons([experiment("a", 3.0, parameters={})])
    assert not rows.may_show_persons([experiment("a", 3.0), Experiment("lost")])
