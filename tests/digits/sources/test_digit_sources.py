import dataclasses
import gzip
import logging
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from latentmaps.digits.dataset import digits as digits_module
from latentmaps.digits.dataset.digits import Digits
from latentmaps.digits.sources import digit_sources
from latentmaps.digits.sources.digit_sources import IDX_FILES, NPZ_KEYS, Mirror
from latentmaps.downloads.mirrors import Patience
from latentmaps.errors import DataError, DownloadError
from latentmaps.params.fetch_digits import FetchDigits

# a missing file stays missing, so one try is enough
ONE_TRY = Patience(num_tries=1)
ARCHIVES = tuple(f"{name}.gz" for name in IDX_FILES.values())


def write_npz(digits: Digits, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    arrays = digits.arrays()
    named = {key: arrays[name] for name, key in NPZ_KEYS.items()}
    np.savez(folder / "mnist.npz", allow_pickle=False, **named)


def write_idx(digits: Digits, folder: Path, *, gzipped: bool) -> None:
    folder.mkdir(exist_ok=True)
    for name, array in digits.arrays().items():
        content = gzip.compress(idx_bytes(array)) if gzipped else idx_bytes(array)
        (folder / (IDX_FILES[name] + ".gz" * gzipped)).write_bytes(content)


def idx_bytes(array: npt.NDArray[np.uint8]) -> bytes:
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


@pytest.fixture
def as_mnist(few_digits: Digits, monkeypatch: pytest.MonkeyPatch) -> Digits:
    """Digits whose hashes count as those of MNIST."""
    monkeypatch.setattr(digit_sources, "MNIST_SHA256", digits_module.hashes(few_digits))
    return few_digits


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A local server: its address, and the folder that it serves."""
    folder = tmp_path / "site"
    folder.mkdir()
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", folder
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_bundled_digits_are_the_committed_ones(root: Path) -> None:
    digits = digit_sources.read_bundled(root / "data/bundled/mnist_12k.npz")
    assert digits.train_images.shape == (10_000, 28, 28)
    assert digits.test_images.shape == (2_000, 28, 28)
    assert np.bincount(digits.test_labels).tolist() == [
        *(189, 222, 212, 242, 196, 186, 158, 215, 193, 187)
    ]


def test_other_digits_do_not_pass_for_the_bundled_ones(few_digits: Digits, tmp_path: Path) -> None:
    digits_module.save(few_digits, tmp_path / "mnist_12k.npz")
    with pytest.raises(DataError, match="restore it with git: train_images has the sha256"):
        digit_sources.read_bundled(tmp_path / "mnist_12k.npz")


def test_a_folder_may_hold_mnist_npz_or_idx_files(few_digits: Digits, tmp_path: Path) -> None:
    write_npz(few_digits, tmp_path / "npz")
    write_idx(few_digits, tmp_path / "plain", gzipped=False)
    write_idx(few_digits, tmp_path / "gzipped", gzipped=True)
    for folder in ("npz", "plain", "gzipped"):
        found = digit_sources.read_folder(tmp_path / folder)
        assert digits_module.hashes(found) == digits_module.hashes(few_digits)


def test_the_log_says_whether_a_folder_holds_mnist(
    as_mnist: Digits, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other = dataclasses.replace(as_mnist, test_labels=as_mnist.test_labels[::-1].copy() * 0)
    write_npz(as_mnist, tmp_path / "mnist")
    write_npz(other, tmp_path / "other")
    with caplog.at_level(logging.INFO):
        digit_sources.read_folder(tmp_path / "mnist")
        digit_sources.read_folder(tmp_path / "other")
    assert caplog.messages[0].endswith("mnist: MNIST")
    assert caplog.messages[1].endswith("other: not MNIST, but another data set of the same form")


def test_a_missing_idx_file_is_named(few_digits: Digits, tmp_path: Path) -> None:
    write_idx(few_digits, tmp_path, gzipped=True)
    (tmp_path / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(DataError, match=r"neither mnist\.npz nor t10k-labels-idx1-ubyte"):
        digit_sources.read_folder(tmp_path)


def test_the_next_mirror_is_tried_if_one_is_gone_or_has_other_digits(
    as_mnist: Digits, site: tuple[str, Path], tmp_path: Path
) -> None:
    address, folder = site
    wrong = dataclasses.replace(as_mnist, test_labels=np.zeros(3, np.uint8))
    write_npz(wrong, folder / "wrong")
    write_idx(as_mnist, folder / "right", gzipped=True)
    mirrors = [
        Mirror(f"{address}gone/", ("mnist.npz",)),
        Mirror(f"{address}wrong/", ("mnist.npz",)),
        Mirror(f"{address}right/", ARCHIVES),
    ]
    found = digit_sources.read_official(tmp_path, mirrors, patience=ONE_TRY)
    assert digits_module.hashes(found) == digits_module.hashes(as_mnist)


def test_if_every_mirror_fails_the_message_says_what_to_download_by_hand(
    as_mnist: Digits, site: tuple[str, Path], tmp_path: Path
) -> None:
    address, _ = site
    with pytest.raises(DownloadError) as caught:
        digit_sources.read_official(
            tmp_path, [Mirror(f"{address}gone/", ARCHIVES)], patience=ONE_TRY
        )
    message = str(caught.value)
    assert f"{address}gone/train-images-idx3-ubyte.gz: status 404" in message
    assert "t10k-labels-idx1-ubyte (.gz or unpacked)" in message
    assert "set profiles.<profile>.fetch_digits.source to folder" in message


def test_the_source_decides_what_is_read(
    few_digits: Digits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digit_sources, "BUNDLED_SHA256", digits_module.hashes(few_digits))
    digits_module.save(few_digits, tmp_path / "bundled.npz")
    monkeypatch.setattr(digit_sources, "read_official", lambda workspace: few_digits)
    write_npz(few_digits, tmp_path / "folder")
    for source in ("bundled", "official", "folder"):
        wanted = FetchDigits(source=source, path=str(tmp_path / "folder"))
        found = digit_sources.read(wanted, bundled=tmp_path / "bundled.npz", workspace=tmp_path)
        assert digits_module.hashes(found) == digits_module.hashes(few_digits)
