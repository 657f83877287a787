"""Bring the handwritten digits into one file.

Bundled digits are in the repository; official ones are downloaded; a folder may hold MNIST in its
usual wrappings, or other pictures of the same form.
"""

from latentmaps import runs
from latentmaps.digits.dataset import digits
from latentmaps.digits.sources import digit_sources
from latentmaps.params.fetch_digits import FetchDigits


def fetch_digits(run: runs.Run) -> None:
    """Reads the digits of the source in params.yaml and writes them as four arrays."""
    params = run.params(FetchDigits)
    target = run.outputs["digits"]

    found = digit_sources.read(params, bundled=run.inputs["bundled"], workspace=target.parent)

    digits.save(found, target)


if __name__ == "__main__":
    runs.main(
        fetch_digits,
        inputs={"bundled": "the small MNIST of the repository, for the source bundled"},
        outputs={"digits": "images and labels of the training and the test part, .npz"},
    )
