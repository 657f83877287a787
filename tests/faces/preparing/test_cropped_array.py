import errno
import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from latentmaps import resources
from latentmaps.errors import DataError
from latentmaps.faces.dataset import arrays
from latentmaps.faces.preparing import cropped_array
from latentmaps.faces.preparing.crop import Crop
from latentmaps.faces.raw import archive, face_tables

CROP = Crop((2, 4, 10, 12), 4, "lanczos")


def _jpeg(gray: int, size: tuple[int, int] = (12, 16)) -> bytes:
    file = io.BytesIO()
    Image.new("L", size, gray).save(file, "JPEG", quality=100)
    return file.getvalue()


def _archive(path: Path, *jpegs: bytes) -> Path:
    with archive.ArchiveWriter(path) as writer:
        for index, jpeg in reversed(list(enumerate(jpegs))):
            writer.add(archive.face_name(index), jpeg)
    return path


def _crop(
    path: Path, target: Path, crop_spec: Crop = CROP, **options: int
) -> list[tuple[str, str]]:
    return cropped_array.crop_archive(archive.FaceArchive(path), target, crop_spec, **options)


def _grays(path: Path) -> list[int]:
    images = arrays.open_images(path)
    assert (images == images[:, :1, :1, :1]).all()
    return [int(gray) for gray in images[:, 0, 0, 0]]


def test_rows_follow_the_names_and_not_the_order_in_the_archive(tmp_path: Path) -> None:
    path = _archive(tmp_path / "a.zip", *map(_jpeg, (10, 20, 30)))

    assert _crop(path, tmp_path / "images.npy") == []

    assert _grays(tmp_path / "images.npy") == [10, 20, 30]


def test_the_file_is_the_one_numpy_would_write(tmp_path: Path) -> None:
    path = _archive(tmp_path / "a.zip", *map(_jpeg, (10, 20, 30)))

    _crop(path, tmp_path / "images.npy")

    np.save(tmp_path / "numpy.npy", np.load(tmp_path / "images.npy"))
    assert (tmp_path / "images.npy").read_bytes() == (tmp_path / "numpy.npy").read_bytes()


@pytest.mark.slow
def test_processes_do_not_change_the_bytes(tmp_path: Path) -> None:
    path = _archive(tmp_path / "a.zip", *(_jpeg(index) for index in range(200)))

    for num_processes in (1, 3):
        target = tmp_path / f"{num_processes}.npy"
        _crop(path, target, num_processes=num_processes)

    assert (tmp_path / "1.npy").read_bytes() == (tmp_path / "3.npy").read_bytes()
    assert _grays(tmp_path / "1.npy") == list(range(200))


BROKEN = [_jpeg(10), b"<html>", _jpeg(30), b"", _jpeg(50), _jpeg(60, (4, 4))]


def test_broken_pictures_are_counted_and_named(tmp_path: Path) -> None:
    path = _archive(tmp_path / "a.zip", *BROKEN)

    message = (
        r"3 of 6 pictures cannot be cropped, expected at most 2 .*000002\.jpg: 6 bytes, expected a "
        r"JPEG.*000004\.jpg: 0 bytes.*000006\.jpg: a picture of 4x4"
    )
    with pytest.raises(DataError, match=message):
        _crop(path, tmp_path / "images.npy", max_refused=2)


@pytest.mark.slow
@pytest.mark.parametrize("num_processes", [1, 2])
def test_broken_pictures_that_are_allowed_leave_no_gap(tmp_path: Path, num_processes: int) -> None:
    path = _archive(tmp_path / "a.zip", *BROKEN)

    refused = _crop(path, tmp_path / "images.npy", max_refused=3, num_processes=num_processes)

    assert [name for name, _ in refused] == ["000002.jpg", "000004.jpg", "000006.jpg"]
    assert _grays(tmp_path / "images.npy") == [10, 30, 50]


@pytest.mark.slow
def test_two_runs_in_any_number_of_processes_give_the_same_reasons(tmp_path: Path) -> None:
    path = _archive(tmp_path / "a.zip", *BROKEN, _jpeg(70)[:100])

    tables = [
        face_tables.refusals(
            _crop(path, tmp_path / "images.npy", max_refused=4, num_processes=num_processes)
        ).to_csv()
        for num_processes in (1, 1, 2)
    ]

    assert tables[0] == tables[1] == tables[2]
    assert " at 0x" not in tables[0]


@pytest.mark.slow
@pytest.mark.parametrize("num_processes", [1, 2])
def test_a_damaged_archive_is_named_from_every_process(tmp_path: Path, num_processes: int) -> None:
    path = _archive(tmp_path / "a.zip", *map(_jpeg, (10, 20, 30)))
    content = path.read_bytes()
    path.write_bytes(content.replace(_jpeg(20), bytes(len(_jpeg(20)))))

    with pytest.raises(DataError, match=r"a\.zip: member 000002\.jpg cannot be read \(.*checksum"):
        _crop(path, tmp_path / "images.npy", num_processes=num_processes)


def test_an_archive_without_an_intact_picture_is_refused(tmp_path: Path) -> None:
    path = _archive(tmp_path / "a.zip", b"", b"")

    with pytest.raises(DataError, match=r"2 of 2 pictures cannot be cropped.*and not all"):
        _crop(path, tmp_path / "images.npy", max_refused=5)


def test_a_message_names_ten_pictures_and_counts_the_others(tmp_path: Path) -> None:
    path = _archive(tmp_path / "a.zip", _jpeg(1), *([b""] * 12))

    with pytest.raises(DataError, match="12 of 13 pictures") as raised:
        _crop(path, tmp_path / "images.npy")

    assert len(re.findall(r"0000\d\d\.jpg: 0 bytes", str(raised.value))) == 10


def test_a_box_outside_of_the_first_picture_is_refused_before_the_work(tmp_path: Path) -> None:
    path = _archive(tmp_path / "a.zip", _jpeg(1, (8, 9)), _jpeg(1))

    with pytest.raises(DataError, match=r"a picture of 8x9.*change crop_faces\.crop_box"):
        _crop(path, tmp_path / "images.npy")

    assert not (tmp_path / "images.npy").exists()


def test_too_little_disk_space_is_refused_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _archive(tmp_path / "a.zip", _jpeg(1))
    requested = []
    monkeypatch.setattr(
        resources, "require_disk_space", lambda folder, num_bytes: requested.append(num_bytes)
    )

    _crop(path, tmp_path / "images.npy")

    assert requested == [4 * 4 * 3]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_an_error_and_not_a_signal(tmp_path: Path) -> None:
    path = _archive(tmp_path / "a.zip", _jpeg(1))

    with pytest.raises(OSError, match="No space left") as raised:
        _crop(path, Path("/dev/full"), Crop((2, 4, 10, 12), 96, "box"))

    assert raised.value.errno == errno.ENOSPC


@pytest.mark.slow
@pytest.mark.parametrize("num_processes", [1, 2])
def test_gray_images_have_one_channel(tmp_path: Path, num_processes: int) -> None:
    path = _archive(tmp_path / "a.zip", *(_jpeg(10 * index) for index in range(1, 4)))

    crop_spec = Crop((2, 4, 10, 12), 4, "lanczos", num_channels=1)
    _crop(path, tmp_path / "images.npy", crop_spec, num_processes=num_processes)

    images = arrays.open_images(tmp_path / "images.npy")
    assert images.shape == (3, 4, 4, 1)
    assert _grays(tmp_path / "images.npy") == [10, 20, 30]
