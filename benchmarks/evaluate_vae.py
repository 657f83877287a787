"""Time and memory of the stage evaluate_vae for more and more test faces.

Takes the trained VAE and the faces of the last ``dvc repro``, repeated until there are as many as
are wanted, shifted by one more pixel each time. Prints a table in Markdown::

    PYTHONPATH=src python -m benchmarks.evaluate_vae
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import measuring

NUM_TRAIN = 10_000
TEST_SIZES = (2_000, 10_000, 20_000)


def main() -> None:
    """Measures and prints."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    print("| test faces | file of all faces [GB] | seconds | peak memory [MB] |")
    print("| --- | --- | --- | --- |")
    for num_test in TEST_SIZES:
        with tempfile.TemporaryDirectory() as folder:
            run = measure(Path(folder), num_test)
            size_gb = (Path(folder) / "images.npy").stat().st_size / 1e9
        print(
            f"| {num_test:,} | {size_gb:.2f} | {run.seconds:.0f} | {run.peak_mb:.0f} |", flush=True
        )


def measure(folder: Path, num_test: int) -> measuring.Run:
    """Gives time and memory of the stage for so many test faces."""
    write_faces(folder / "images.npy", NUM_TRAIN + num_test + 1)
    parts = ["train"] * NUM_TRAIN + ["test"] * num_test + ["validation"]
    table = pd.DataFrame({"row": np.arange(len(parts)), "part": parts})
    table.to_csv(folder / "split.csv", index=False)
    arguments = {
        "faces": folder,
        "model": "data/models/vae",
        "latents": folder / "latents",
        "report": folder,
    }
    words = (str(word) for name, value in arguments.items() for word in (f"--{name}", value))
    return measuring.run_python(["stages/evaluate_vae.py", *words])


def write_faces(path: Path, num_faces: int) -> None:
    """Writes the faces of the sample again and again."""
    faces = np.load(measuring.ROOT / "data/faces/images.npy", mmap_mode="r")
    written = np.lib.format.open_memmap(
        path, mode="w+", dtype=np.uint8, shape=(num_faces, *faces.shape[1:])
    )
    for turn, first in enumerate(range(0, num_faces, len(faces))):
        some = faces[: num_faces - first]
        # shifted, so that no two faces are equal
        written[first : first + len(some)] = np.roll(some, turn, axis=2)
    written.flush()


if __name__ == "__main__":
    main()
