"""The archive of faces, for any pictures and any damage."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latentmaps.errors import DataError
from latentmaps.faces.raw.archive import ArchiveWriter, FaceArchive, face_name

PICTURES = st.dictionaries(
    st.builds(face_name, st.integers(0, 999_998), suffix=st.sampled_from(["jpg", "png"])),
    st.binary(min_size=1, max_size=60),
    min_size=1,
    max_size=5,
)


def write(path: Path, pictures: dict[str, bytes]) -> bytes:
    with ArchiveWriter(path) as archive:
        for name, picture in pictures.items():
            archive.add(name, picture)
    return path.read_bytes()


@pytest.mark.slow
@given(PICTURES)
def test_pictures_come_back_in_the_order_of_their_names(pictures: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "images.zip"
        content = write(path, pictures)
        assert list(FaceArchive(path).pictures()) == sorted(pictures.items())
        assert write(path, pictures) == content


@given(PICTURES, st.data())
def test_a_changed_byte_is_noticed_or_changes_no_picture(
    pictures: dict[str, bytes], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "images.zip"
        content = bytearray(write(path, pictures))
        position = data.draw(st.integers(0, len(content) - 1))
        content[position] ^= data.draw(st.integers(1, 255))
        path.write_bytes(content)
        try:
            found = dict(FaceArchive(path).pictures())
        except DataError:
            return
        # a flipped bit in a name moves a picture to another name; its content is checked by its sum
        assert set(found.values()) <= set(pictures.values())


@given(PICTURES, st.data())
def test_a_cut_archive_is_refused(pictures: dict[str, bytes], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "images.zip"
        content = write(path, pictures)
        path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
        with pytest.raises(DataError):
            FaceArchive(path)
