import io
import struct
import threading
import zipfile
from pathlib import Path

import numpy as np
import pytest

from latentmaps.errors import DataError
from latentmaps.training.checkpoints import Checkpoints, State, fingerprint


def state(epoch: int) -> State:
    return State(epoch, {"weight": np.full(3, epoch, np.float32)}, {"history": [epoch]})


def saved(folder: Path, *epochs: int) -> Checkpoints:
    checkpoints = Checkpoints(folder, {"fact": 5.0})
    with checkpoints.locked():
        for epoch in epochs:
            checkpoints.save(state(epoch))
    return checkpoints


def test_a_state_survives_writing_and_reading(tmp_path: Path) -> None:
    loaded = saved(tmp_path, 3).load(3)
    np.testing.assert_array_equal(loaded.arrays["weight"], [3.0, 3.0, 3.0])
    assert set(loaded.arrays) == {"weight"}
    assert loaded.notes == {"history": [3]}


def test_only_the_latest_checkpoint_and_those_of_finished_trainings_stay(tmp_path: Path) -> None:
    checkpoints = saved(tmp_path, 1, 2)
    checkpoints.keep(2)
    for epoch in (3, 4):
        checkpoints.save(state(epoch))
    assert sorted(path.name for path in tmp_path.glob("*.npz")) == [
        "epoch-00002.npz",
        "epoch-00004.npz",
    ]


TILES = np.arange(2 * 3 * 4 * 1, dtype=np.uint8).reshape(2, 3, 4, 1)


def test_a_frame_survives_when_its_state_is_deleted(tmp_path: Path) -> None:
    checkpoints = saved(tmp_path)
    for epoch in (1, 2):
        checkpoints.save_frame(epoch, TILES + np.uint8(epoch))
        checkpoints.save(state(epoch))
    for epoch in (1, 2):
        loaded = checkpoints.load_frame(epoch, TILES.shape)
        np.testing.assert_array_equal(loaded, TILES + np.uint8(epoch))
    assert checkpoints.last_epoch(9) == 2
    assert not list(tmp_path.glob("*.partial"))


@pytest.mark.parametrize("tiles", [TILES[:1], TILES.astype(np.int16)], ids=["few", "type"])
def test_a_frame_of_another_shape_or_dtype_is_refused(tmp_path: Path, tiles: np.ndarray) -> None:
    checkpoints = saved(tmp_path)
    checkpoints.save_frame(1, tiles)
    with pytest.raises(DataError, match=r"frame-00001\.npz: found u?int.*expected uint8 of sh"):
        checkpoints.load_frame(1, TILES.shape)


def test_fewer_epochs_never_start_from_a_later_checkpoint(tmp_path: Path) -> None:
    checkpoints = saved(tmp_path, 2)
    checkpoints.keep(2)
    checkpoints.save(state(3))
    assert [checkpoints.last_epoch(most) for most in (1, 2, 3, 9)] == [0, 2, 3, 3]


def test_without_a_folder_there_is_no_checkpoint(tmp_path: Path) -> None:
    assert Checkpoints(tmp_path / "none", {}).last_epoch(9) == 0


def archive(**members: bytes) -> bytes:
    """Return a zip file with correct checksums, whatever its members contain."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name, member in members.items():
            file.writestr(f"{name}.npy", member)
    return content.getvalue()


def npy(array: np.ndarray) -> bytes:
    content = io.BytesIO()
    np.save(content, array, allow_pickle=False)
    return content.getvalue()


def header(text: bytes) -> bytes:
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


WEIGHT = npy(np.zeros(3, np.float32))
DAMAGED = [
    b"",
    b"PK\x03\x04",
    archive(weight=WEIGHT, notes=npy(np.frombuffer(b"{}", np.uint8)))[:-30],
    archive(weight=WEIGHT),
    archive(weight=WEIGHT, notes=npy(np.frombuffer(b"{", np.uint8))),
    archive(weight=WEIGHT, notes=npy(np.frombuffer(b"[" * 100_000, np.uint8))),
    archive(weight=WEIGHT, notes=npy(np.ones(3))),
    archive(weight=header(b"{'descr': '<f4', 'shape': (3,"), notes=WEIGHT),
    archive(
        weight=header(b"{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 3)}"), notes=b""
    ),
    archive(weight=header(b"{'descr': '<f4', 'fortran_order': False, 'shape': (10**9,)}")),
    archive(weight=header(b"{'descr': '|O', 'fortran_order': False, 'shape': (1,)}") + b"xxxx"),
]


@pytest.mark.parametrize("content", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_checkpoint_is_reported(tmp_path: Path, content: bytes) -> None:
    checkpoints = saved(tmp_path, 1)
    (tmp_path / "epoch-00001.npz").write_bytes(content)
    with pytest.raises(
        DataError, match=r"epoch-00001.npz: not an? .*; remove it, then run again"
    ) as caught:
        checkpoints.load(1)
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize(
    "name", ["abc", "2", "-0001", "00002x", "\u0661\u0661\u0661\u0661\u0661", ""]
)
def test_a_file_with_almost_the_name_of_a_checkpoint_is_reported(tmp_path: Path, name: str) -> None:
    checkpoints = saved(tmp_path, 1)
    (tmp_path / f"epoch-{name}.npz").write_bytes(b"")
    message = rf"epoch-{name}\.npz: not a checkpoint .*five digits.*remove"
    with pytest.raises(DataError, match=message):
        checkpoints.last_epoch(9)


def test_the_partial_file_of_a_killed_process_is_not_a_checkpoint(tmp_path: Path) -> None:
    checkpoints = saved(tmp_path, 1)
    (tmp_path / "epoch-00002.partial").write_bytes(b"half")
    assert checkpoints.last_epoch(9) == 1


def test_only_the_first_of_several_machines_writes(tmp_path: Path) -> None:
    reader = Checkpoints(tmp_path / "shared", {}, is_writer=False)
    with reader.locked():
        reader.save_frame(1, TILES)
        reader.save(state(1))
        reader.keep(1)
    assert not (tmp_path / "shared").exists()


@pytest.mark.slow
def test_a_second_training_waits_for_the_first(tmp_path: Path) -> None:
    order: list[str] = []
    first, second = Checkpoints(tmp_path, {}), Checkpoints(tmp_path, {})

    def wait_for_it() -> None:
        with second.locked():
            order.append("second")

    thread = threading.Thread(target=wait_for_it)
    with first.locked():
        thread.start()
        thread.join(timeout=0.3)
        assert thread.is_alive()
        order.append("first")
    thread.join(timeout=10)
    assert order == ["first", "second"]


def test_a_fingerprint_changes_with_every_value_and_byte(tmp_path: Path) -> None:
    file = tmp_path / "images.npy"
    file.write_bytes(b"abc")
    prints = [
        fingerprint({"fact": 5.0, "seed": 1}, [file]),
        fingerprint({"fact": 5.0, "seed": 2}, [file]),
        fingerprint({"fact": 5.0}, [file]),
        fingerprint({"fact": 5.0}, []),
    ]
    assert fingerprint({"seed": 1, "fact": 5.0}, [file]) == prints[0]
    file.write_bytes(b"abd")
    prints.append(fingerprint({"fact": 5.0, "seed": 1}, [file]))
    assert len(set(prints)) == 5
    assert all(len(value) == 16 for value in prints)
