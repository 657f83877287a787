import io
import struct

import pytest
from PIL import Image, JpegImagePlugin
from tests.images import exif

from latentmaps.images import picture_files
from latentmaps.images.picture_files import DamagedError


def _jpeg(**options: bytes) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (32, 24), "red").save(file, "JPEG", **options)
    return file.getvalue()


def _transposition(block: bytes) -> Image.Transpose | None:
    with picture_files.opened(_jpeg(exif=block), ("JPEG",)) as picture:
        return picture_files.find_transposition(picture)


def test_a_picture_is_opened_and_decoded() -> None:
    with picture_files.opened(_jpeg(), ("JPEG",)) as picture:
        assert picture.convert("RGB").size == (32, 24)


@pytest.mark.parametrize("content", [b"", b"text", _jpeg()[:100]])
def test_the_reason_is_equal_for_equal_bytes(content: bytes) -> None:
    reasons = []
    for _ in range(2):
        kept = io.BytesIO(content)  # so that the next object gets another address
        with pytest.raises(DamagedError) as raised, picture_files.opened(content, ("JPEG",)):
            pass
        reasons.append(str(raised.value))
        assert kept
    assert reasons[0] == reasons[1]
    assert "0x" not in reasons[0]


def test_another_format_is_refused() -> None:
    with (
        pytest.raises(DamagedError, match="not recognized as one"),
        picture_files.opened(_jpeg(), ("PNG",)),
    ):
        pass


@pytest.mark.parametrize(
    "error",
    [OSError("a"), SyntaxError("a"), struct.error("a"), TypeError("a"), IndexError("a\nsecond")],
)
def test_what_pillow_raises_while_it_decodes_becomes_one_line(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def load(_: Image.Image) -> None:
        raise error

    monkeypatch.setattr(JpegImagePlugin.JpegImageFile, "load", load)
    with (
        pytest.raises(DamagedError, match=r"\Aa\Z"),
        picture_files.opened(_jpeg(), ("JPEG",)),
    ):
        pass


def test_a_picture_that_is_cut_off_is_damaged_before_the_block_begins() -> None:
    with (
        pytest.raises(DamagedError, match="truncated"),
        picture_files.opened(_jpeg()[:-12], ("JPEG",)),
    ):
        pytest.fail("the block began")


@pytest.mark.parametrize("error", [KeyError("a"), TypeError("a"), OSError("a")])
def test_an_error_in_the_block_is_not_damage(error: Exception) -> None:
    with pytest.raises(type(error)), picture_files.opened(_jpeg(), ("JPEG",)):
        raise error


def test_an_error_in_prepare_is_not_damage() -> None:
    def prepare(picture: Image.Image) -> None:
        raise KeyError(picture.size)

    with (
        pytest.raises(KeyError, match="32, 24"),
        picture_files.opened(_jpeg(), ("JPEG",), prepare=prepare),
    ):
        pass


def test_damaged_exif_gives_no_warning() -> None:
    # the value lies beyond the end of the block; in these tests a warning is an error
    behind = (271, exif.ASCII, 5_000, struct.pack("<L", 90_000) + b"....")
    assert _transposition(exif.block(exif.orientation(3), behind)[:-4]) == (
        Image.Transpose.ROTATE_180
    )


@pytest.mark.parametrize(
    "block",
    [
        exif.block(),
        exif.block(exif.orientation(0)),
        exif.block(exif.orientation(9)),
        exif.block((exif.ORIENTATION, exif.ASCII, 2, b"6\0")),
        b"Exif\0\0" + b"no directory",
        b"Exif\0\0II*\0" + b"\xff" * 4,
    ],
    ids=["none", "0", "9", "text", "no TIFF", "far away"],
)
def test_an_invalid_orientation_turns_nothing(block: bytes) -> None:
    assert _transposition(block) is None
