"""Measure the speed and memory of cropping faces, compared with what a user might write instead.

    make benchmarks
    PYTHONPATH=src python -m benchmarks.crop_faces --num-faces 202599 --rounds 1

The benchmark draws some avatars and repeats their files under as many names as requested (CelebA
has 202,599). It then measures these implementations in turn, each in its own process and in a
different order in each round: the stage crop_faces; the obvious loop (unpack, open with Pillow,
resize, append to a list, np.array); tf.data with decode_and_crop_jpeg on the unpacked files; and
Pillow alone, which decodes, crops and resizes at most 8,000 files in memory, on one core and on all
cores at once. The last one is the upper limit for any program that uses Pillow on this machine.
"""

import argparse
import io
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
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks import measuring
from latentmaps.faces.raw import archive
from latentmaps.faces.sources import avatars

BOX = (15, 35, 163, 183)
SIZE = 96
NUM_DRAWN = 400
PILLOW_FACES = 8000
HEADS = (
    "implementation", "faces/s", "share of Pillow x cores", "speedup of ours", "peak memory [MB]",
)  # fmt: skip
NUM_CORES = len(os.sched_getaffinity(0))


def main() -> None:
    """Measure and print a Markdown table, or run one implementation for ``measure``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--num-faces", type=int, default=20_000, help="faces in the archive")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each implementation")
    parser.add_argument("--way", choices=sorted(WAYS), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.way:
        WAYS[arguments.way](arguments.folder)
        return
    with tempfile.TemporaryDirectory() as folder:
        write_faces(Path(folder), arguments.num_faces)
        runs = measuring.take_turns(
            WAYS, lambda way: measure(way, Path(folder)), rounds=arguments.rounds
        )
    rounds = measuring.describe(arguments.rounds)
    print(f"{arguments.num_faces:,} faces, {NUM_CORES} cores; {rounds}\n")
    print_ways(runs, arguments.num_faces)


def write_faces(folder: Path, num_faces: int) -> None:
    """Write the archive and the tables that crop_faces reads."""
    num_drawn = min(NUM_DRAWN, num_faces)
    drawn = [avatars.draw_avatar(2022, index).jpeg for index in range(num_drawn)]
    names = [archive.face_name(index) for index in range(num_faces)]
    with archive.ArchiveWriter(folder / "images.zip") as writer:
        for index, name in enumerate(names):
            writer.add(name, drawn[index % num_drawn])
    rows = "\n".join(["file", *names]) + "\n"
    for table in ("attributes", "partition", "identity"):
        (folder / f"{table}.csv").write_text(rows, encoding="utf-8")


def print_ways(runs: dict[str, list[measuring.Run]], num_faces: int) -> None:
    """Print medians with quartiles; ratios are taken within each round."""
    rates = {way: [count_faces(way, num_faces) / seconds(run) for run in runs[way]] for way in runs}
    of_all_cores = [NUM_CORES * rate for rate in rates["pillow"]]
    measuring.print_table(
        HEADS,
        (
            [
                TITLES[way],
                measuring.summary(rates[way], ",.0f"),
                measuring.ratio(rates[way], of_all_cores),
                measuring.ratio(rates["crop_faces"], rates[way]),
                measuring.summary([run.peak_mb for run in runs[way]], ",.0f"),
            ]
            for way in runs
        ),
    )


def measure(way: str, folder: Path) -> measuring.Run:
    """Run one implementation in its own process."""
    return measuring.run("benchmarks.crop_faces", ["--way", way, "--folder", str(folder)])


def seconds(run: measuring.Run) -> float:
    """Return the seconds that an implementation printed, or else the duration of its process."""
    return float(run.output) if run.output.strip() else run.seconds


def count_faces(way: str, num_faces: int) -> int:
    """Return the number of faces that an implementation handles."""
    times = {"pillow": 1, "pillow_on_all_cores": NUM_CORES}
    return min(num_faces, PILLOW_FACES) * times[way] if way in times else num_faces


def run_stage(folder: Path) -> None:
    """Run the stage crop_faces with its own script."""
    flags = [f"--{name}={folder}" for name in ("raw-faces", "faces", "report")]
    command = [sys.executable, str(measuring.ROOT / "stages/crop_faces.py"), *flags]
    subprocess.run(command, cwd=measuring.ROOT, check=True, stdout=subprocess.DEVNULL)


def run_loop(folder: Path) -> None:
    """Crop with the obvious loop: unpack, open, resize, append, np.array."""
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
    """Decode and resize in tf.data; print the time, excluding unpacking and TensorFlow's import."""
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
    """Decode, crop and resize files in memory, and print the time for these steps alone."""
    print(time_pillow(folder))


def run_pillow_on_all_cores(folder: Path) -> None:
    """Decode, crop and resize in one process per core, and print the mean time per process."""
    with ProcessPoolExecutor(NUM_CORES, multiprocessing.get_context("spawn")) as executor:
        # each process gets one task, since it is still busy when the next task is handed out
        print(statistics.mean(executor.map(time_pillow, [folder] * NUM_CORES)))


def time_pillow(folder: Path) -> float:
    """Return the seconds for PILLOW_FACES files, or for all files if there are fewer."""
    faces = archive.FaceArchive(folder / "images.zip")
    jpegs = [faces.read(name) for name in faces.names[:PILLOW_FACES]]
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
TITLES = {
    "crop_faces": "`crop_faces`, the whole stage",
    "loop": "the obvious loop",
    "tf_data": "tf.data, without unpacking",
    "pillow": "Pillow alone, one core",
    "pillow_on_all_cores": "Pillow alone, all cores",
}


if __name__ == "__main__":
    main()
