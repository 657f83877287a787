"""How fast faces are cropped, and in how much memory, beside what a user would write instead.

    make benchmarks
    PYTHONPATH=src python -m benchmarks.crop_faces --num-faces 202599 --rounds 1

Draws some avatars and repeats their files under as many names as CelebA has. Then, in turn, each in
a process of its own: the stage crop_faces; the loop that everyone writes (unpack, open with Pillow,
resize, append to a list, np.array); tf.data with decode_and_crop_jpeg on the unpacked files; and
Pillow alone, decode + crop + resize of files in memory, on one core and on all cores at once, which
is the most that any program with Pillow can reach here.
"""

import argparse
import io
import itertools
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks import measuring
from latentmaps.faces.raw import archive
from latentmaps.faces.sources import avatars

BOX = (15, 35, 163, 183)
SIZE = 96
CELEBA_FACES = 202_599
NUM_DRAWN = 400
PILLOW_FACES = 8000
NUM_CORES = len(os.sched_getaffinity(0))


@dataclass(frozen=True)
class Measured:
    """What one run took.

    Attributes:
        faces_a_second: the start of the process included.
        peak_mb: largest RssAnon of the process and its children.
    """

    faces_a_second: float
    peak_mb: float


def main() -> None:
    """Measures and prints a table in Markdown; or runs one of the ways, for ``measure``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--num-faces", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--way", choices=sorted(WAYS), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.way:
        WAYS[arguments.way](arguments.folder)
        return
    with tempfile.TemporaryDirectory() as folder:
        write_faces(Path(folder), arguments.num_faces)
        print_table(arguments.num_faces, arguments.rounds, Path(folder))


def write_faces(folder: Path, num_faces: int) -> None:
    """Writes the archive and the tables that crop_faces reads."""
    drawn = [avatars.draw_avatar(2022, index).jpeg for index in range(NUM_DRAWN)]
    names = [archive.face_name(index) for index in range(num_faces)]
    with archive.ArchiveWriter(folder / "images.zip") as writer:
        for index, name in enumerate(names):
            writer.add(name, drawn[index % NUM_DRAWN])
    rows = "\n".join(["file", *names]) + "\n"
    for table in ("attributes", "partition", "identity"):
        (folder / f"{table}.csv").write_text(rows, encoding="utf-8")


def print_table(num_faces: int, rounds: int, folder: Path) -> None:
    """Runs every way in turn and prints medians, and their ratios round by round."""
    results: dict[str, list[Measured]] = {way: [] for way in WAYS}
    for _ in range(rounds):
        for way in WAYS:
            count = COUNTS.get(way, num_faces)
            results[way].append(measure(way, folder, count))
    print(f"{num_faces:,} faces, {NUM_CORES} cores, medians of {rounds} rounds\n")
    print("| way | faces/s | of Pillow alone x cores | ours against it | peak memory [MB] |")
    print("| --- | --- | --- | --- | --- |")
    for way, runs in results.items():
        pairs = list(zip(runs, results["pillow"], results["crop_faces"], strict=True))
        rate = statistics.median(run.faces_a_second for run in runs)
        share = statistics.median(
            run.faces_a_second / (pillow.faces_a_second * NUM_CORES) for run, pillow, _ in pairs
        )
        ratio = statistics.median(
            ours.faces_a_second / run.faces_a_second for run, _, ours in pairs
        )
        peak = statistics.median(run.peak_mb for run in runs)
        print(f"| {TITLES[way]} | {rate:,.0f} | {share:.2f} | {ratio:.2f} x | {peak:,.0f} |")


def measure(way: str, folder: Path, num_faces: int) -> Measured:
    """Runs one way in a process of its own."""
    run = measuring.run("benchmarks.crop_faces", ["--way", way, "--folder", str(folder)])
    # a way may time its work alone
    seconds = float(run.output) if run.output.strip() else run.seconds
    return Measured(num_faces / seconds, run.peak_mb)


def run_stage(folder: Path) -> None:
    """Runs the stage crop_faces with its own script."""
    flags = [f"--{name}={folder}" for name in ("raw-faces", "faces", "report")]
    command = [sys.executable, str(measuring.ROOT / "stages/crop_faces.py"), *flags]
    subprocess.run(command, cwd=measuring.ROOT, check=True, stdout=subprocess.DEVNULL)


def run_loop(folder: Path) -> None:
    """Does what everyone writes: unpack, open, resize, append, np.array."""
    with tempfile.TemporaryDirectory(dir=folder) as unpacked:
        with zipfile.ZipFile(folder / "images.zip") as faces:
            faces.extractall(unpacked)
        images = []
        for name in sorted(os.listdir(unpacked)):  # noqa: PTH208
            picture = Image.open(os.path.join(unpacked, name))  # noqa: PTH118
            small = picture.crop(BOX).resize((SIZE, SIZE), Image.Resampling.LANCZOS)
            images.append(np.array(small))
        np.save(folder / "loop.npy", np.array(images))


def run_tf_data(folder: Path) -> None:
    """Decodes and scales in tf.data; prints its time without unpacking and TensorFlow's start."""
    import tensorflow as tf

    left, top, right, bottom = BOX

    def read(path: tf.Tensor) -> tf.Tensor:
        window = [top, left, bottom - top, right - left]
        part = tf.image.decode_and_crop_jpeg(tf.io.read_file(path), window, channels=3)
        small = tf.image.resize(part, [SIZE, SIZE], method="lanczos3", antialias=True)
        return tf.cast(tf.clip_by_value(tf.round(small), 0, 255), tf.uint8)

    with tempfile.TemporaryDirectory(dir=folder) as unpacked:
        with zipfile.ZipFile(folder / "images.zip") as faces:
            faces.extractall(unpacked)
        paths = sorted(str(path) for path in Path(unpacked).iterdir())
        started = time.perf_counter()
        data = tf.data.Dataset.from_tensor_slices(paths).map(read, tf.data.AUTOTUNE)
        shape = (len(paths), SIZE, SIZE, 3)
        images = np.lib.format.open_memmap(folder / "tf.npy", "w+", np.uint8, shape)
        first = 0
        for batch in data.batch(256).prefetch(2).as_numpy_iterator():
            images[first : first + len(batch)] = batch
            first += len(batch)
        images.flush()
        print(time.perf_counter() - started)


def run_pillow(folder: Path) -> None:
    """Decodes, crops and scales files in memory, nothing else; prints the time of that."""
    print(time_pillow(folder))


def run_pillow_on_all_cores(folder: Path) -> None:
    """Does the same in as many processes as there are cores; prints the mean of their times."""
    with ProcessPoolExecutor(NUM_CORES, multiprocessing.get_context("spawn")) as executor:
        # each process takes one: it is busy with it when the next one is handed out
        print(statistics.mean(executor.map(time_pillow, [folder] * NUM_CORES)))


def time_pillow(folder: Path) -> float:
    """Gives the seconds for PILLOW_FACES files."""
    faces = archive.FaceArchive(folder / "images.zip")
    names = itertools.islice(itertools.cycle(faces.names), PILLOW_FACES)
    jpegs = [faces.read(name) for name in names]
    started = time.perf_counter()
    for jpeg in jpegs:
        Image.open(io.BytesIO(jpeg)).crop(BOX).resize((SIZE, SIZE), Image.Resampling.LANCZOS)
    return time.perf_counter() - started


WAYS: dict[str, Callable[[Path], None]] = {
    "crop_faces": run_stage,
    "loop": run_loop,
    "tf_data": run_tf_data,
    "pillow": run_pillow,
    "pillow_on_all_cores": run_pillow_on_all_cores,
}
# of faces, where it is not that of the archive
COUNTS = {"pillow": PILLOW_FACES, "pillow_on_all_cores": PILLOW_FACES * NUM_CORES}
TITLES = {
    "crop_faces": "`crop_faces`, the whole stage",
    "loop": "the plain loop",
    "tf_data": "tf.data, unpacking not counted",
    "pillow": "Pillow alone, one core",
    "pillow_on_all_cores": "Pillow alone, all cores at once",
}


if __name__ == "__main__":
    main()
