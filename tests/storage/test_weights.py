import errno
import os
import subprocess
import sys
from pathlib import Path

import keras
import pytest
from tests.vae.example_vae import small_vae

from latentmaps.cnn.network import cnn
from latentmaps.storage import weights

# saves with the size limits given as arguments, and prints each result
SAVING = """
import resource, sys
from pathlib import Path
from latentmaps.storage import weights
from tests.vae.example_vae import small_vae

encoder = small_vae().encoder
for limit in map(int, sys.argv[2:]):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        weights.save(encoder, Path(sys.argv[1]))
        print("saved")
    except OSError as error:
        print(error.errno)
"""


def networks() -> dict[str, keras.Model]:
    shape = cnn.Architecture(filters=(4, 8), dense_units=10)
    compiled = cnn.build_cnn(shape)
    compiled.compile(keras.optimizers.SGD(momentum=0.9), "mse")
    frozen = small_vae(batch_norm="frozen", dense_units=7)
    return {"encoder": frozen.encoder, "decoder": frozen.decoder, "compiled": compiled}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["encoder", "decoder", "compiled"])
def test_the_bytes_are_those_that_keras_writes(tmp_path: Path, name: str) -> None:
    model = networks()[name]
    ours, theirs = tmp_path / "ours.weights.h5", tmp_path / "theirs.weights.h5"
    weights.save(model, ours)
    model.save_weights(theirs)
    assert ours.read_bytes() == theirs.read_bytes()


@pytest.mark.slow
def test_a_saved_file_replaces_the_previous_one(tmp_path: Path) -> None:
    path = tmp_path / "encoder.weights.h5"
    path.write_bytes(b"other" * 100_000)
    encoder = small_vae().encoder
    weights.save(encoder, path)
    before = path.read_bytes()
    path.unlink()
    weights.save(encoder, path)
    assert path.read_bytes() == before


@pytest.mark.slow
def test_a_full_disk_is_an_error_at_every_size(tmp_path: Path, root: Path) -> None:
    path = tmp_path / "encoder.weights.h5"
    weights.save(small_vae().encoder, path)
    size = path.stat().st_size
    limits = [0, 1, 96, 800, 2_048, 10_000, size // 2, size - 4_000, size - 1]
    path.unlink()
    result = subprocess.run(
        [sys.executable, "-c", SAVING, path, *map(str, [*limits, size])],
        cwd=root,
        env=os.environ | {"PYTHONPATH": f"src{os.pathsep}.", "CUDA_VISIBLE_DEVICES": "-1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == [str(errno.EFBIG)] * len(limits) + ["saved"]
    assert path.stat().st_size == size
