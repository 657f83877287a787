from tests.compare.example_experiments import strip

from latentmaps.compare import pictures


def test_a_strip_falls_into_faces_and_reconstructions() -> None:
    image = strip(7, 2, shade=3.0)
    upper, lower = pictures.originals(image), pictures.reconstructions(image)
    assert upper.size == lower.size == (image.width, image.height // 2)
    assert upper.getpixel((0, 0)) == image.getpixel((0, 0))
    assert lower.getpixel((0, lower.height - 1)) == image.getpixel((0, image.height - 1))


def test_faces_are_the_same_only_when_every_pixel_is() -> None:
    first, same = strip(7, 2, shade=3.0), strip(7, 2, shade=9.0)
    assert pictures.are_of_same_faces([first, same])
    same.putpixel((1, 1), (0, 0, 0))
    assert not pictures.are_of_same_faces([first, same])
    assert not pictures.are_of_same_faces([first, strip(6, 2, shade=3.0)])
