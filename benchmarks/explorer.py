"""Measure how fast the explorer shows faces in Chromium.

    dvc repro build_explorer
    PYTHONPATH=src python -m benchmarks.explorer

In each round, the benchmark opens the page from disk in a new window. It measures the seconds from
the start of loading until the decoder has produced a face. For each of many further faces, it
measures the milliseconds between the request to the worker and the answer. The table has their
median and their minimum, which is more informative while other programs keep the processor busy.
"""

import argparse
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser
from tests.browsing import started_browser

from benchmarks import measuring

HEADS = ("page [MB]", "first face [s]", "per face [ms]", "faces/s", "fastest face [ms]")
# runs before the scripts of the page
LISTEN = """{
  window.firstFace = new Promise((resolve) => {
    const Plain = window.Worker;
    window.Worker = class extends Plain {
      constructor(...values) {
        super(...values);
        this.addEventListener("message", ({ data }) => data.output && resolve(performance.now()));
      }
    };
  });
}"""
FACES = """async (numFaces) => {
  const { input } = await networks.load("decoder");
  const times = [];
  for (let face = 0; face < numFaces; face++) {
    const z = Float32Array.from({ length: input[0] }, () => 2 * Math.random() - 1);
    const start = performance.now();
    await networks.run("decoder", z);
    times.push(performance.now() - start);
  }
  return times;
}"""
NUM_WARM_UP = 10


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--page", type=Path, default=measuring.ROOT / "reports/explorer.html", help="the page"
    )
    parser.add_argument("--rounds", type=int, default=5, help="number of times the page is opened")
    parser.add_argument("--num-faces", type=int, default=100, help="faces per round")
    arguments = parser.parse_args()
    page = arguments.page.resolve()
    with started_browser() as browser:
        rounds = [measure(browser, page, arguments.num_faces) for _ in range(arguments.rounds)]
    first_s, face_ms, least_ms = zip(*rounds, strict=True)
    print(f"{measuring.describe(arguments.rounds)}\n")
    cells = [
        f"{page.stat().st_size / 1e6:.2f}",
        measuring.summary(first_s, ".2f"),
        measuring.summary(face_ms, ".1f"),
        measuring.summary([1000 / duration_ms for duration_ms in face_ms], ".0f"),
        measuring.summary(least_ms, ".1f"),
    ]
    measuring.print_table(HEADS, [cells])


def measure(browser: Browser, path: Path, num_faces: int) -> tuple[float, float, float]:
    """Return the seconds until the first face, and the median and minimum ms of the others."""
    context = browser.new_context()
    context.add_init_script(LISTEN)
    page = context.new_page()
    page.goto(path.as_uri())
    first_ms = page.evaluate("firstFace")
    times = page.evaluate(FACES, NUM_WARM_UP + num_faces)[NUM_WARM_UP:]
    context.close()
    return first_ms / 1000, float(np.median(times)), min(times)


if __name__ == "__main__":
    main()
