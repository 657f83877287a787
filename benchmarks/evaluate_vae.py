"""Measure the time and memory of the stage evaluate_vae for increasing numbers of test faces.

The benchmark uses the trained VAE and the faces of the last ``dvc repro``. It repeats the faces,
shifted by one more pixel each time, until there are enough, and prints a Markdown table::

    PYTHONPATH=src python -m benchmarks.evaluate_vae
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import measuring


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=1, help="runs for each number")
    parser.add_argument("--num-train", type=int, default=10_000, help="training faces")
    parser.add_argument(
        "--num-test",
        nargs="+",
        type=int,
        default=[2_000, 10_000, 20_000],
        help="numbers of test faces, one per table row",
    )
    parser.add_argument(
        "--faces", type=Path, default=measuring.ROOT / "data/faces", help="folder of the faces"
    )
    parser.add_argument(
        "--model", type=Path, default=measuring.ROOT / "data/models/vae", help="folder of the VAE"
    )
    arguments = parser.parse_args()
    faces = np.load(arguments.faces / "images.npy", mmap_mode="r")

    def evaluate(num_test: int) -> measuring.Run:
        with tempfile.TemporaryDirectory() as folder:
            write_faces(Path(folder), faces, arguments.num_train, num_test)
            return measure(Path(folder), arguments.model)

    runs = measuring.take_turns(arguments.num_test, evaluate, rounds=arguments.rounds)
    seconds = {size: [run.seconds for run in runs[size]] for size in runs}
    fewest = seconds[arguments.num_test[0]]
    print(f"{arguments.num_train:,} training faces; {measuring.describe(arguments.rounds)}\n")
    measuring.print_table(
        (
            "test faces",
            "file of all faces [GB]",
            "seconds",
            "relative to the first",
            "peak memory [MB]",
        ),
        (
            [
                f"{size:,}",
                f"{(arguments.num_train + size + 1) * faces[0].nbytes / 1e9:.2f}",
                measuring.summary(seconds[size], ".0f"),
                measuring.ratio(seconds[size], fewest),
                measuring.summary([run.peak_mb for run in runs[size]], ",.0f"),
            ]
            for size in runs
        ),
    )


def measure(folder: Path, model: Path) -> measuring.Run:
    """Run the stage on the faces in a folder, and return its time and memory."""
    arguments = {"faces": folder, "model": model, "latents": folder / "latents", "report": folder}
    words = (str(word) for name, value in arguments.items() for word in (f"--{name}", value))
    return measuring.run_python(["stages/evaluate_vae.py", *words])


def write_faces(folder: Path, faces: np.ndarray, num_train: int, num_test: int) -> None:
    """Write faces, their parts, and one fake attribute.

    Args:
        folder: where to write the files.
        faces: (n, h, w, c), uint8, repeated as often as necessary.
        num_train: number of training faces.
        num_test: number of test faces.
    """
    parts = ["train"] * num_train + ["test"] * num_test + ["validation"]
    rows = np.arange(len(parts))
    pd.DataFrame({"row": rows, "part": parts}).to_csv(folder / "split.csv", index=False)
    names = [f"{row:06d}.jpg" for row in rows]
    index = {"row": rows, "file": names, "partition": parts, "identity": rows}
    pd.DataFrame(index | {"Smiling": 1 - 2 * (rows % 2)}).to_csv(folder / "index.csv", index=False)
    shape = (len(parts), *faces.shape[1:])
    written = np.lib.format.open_memmap(folder / "images.npy", "w+", np.uint8, shape)
    for turn, first in enumerate(range(0, len(parts), len(faces))):
        some = faces[: len(parts) - first]
        # shift them so that no two faces are equal
        written[first : first + len(some)] = np.roll(some, turn, axis=2)
    written.flush()


if __name__ == "__main__":
    main()
