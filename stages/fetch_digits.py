"""Collect the handwritten digits in one file.

They come from the repository, from a download of MNIST, or from a folder. The folder contains MNIST
in one of its usual file formats, or another data set in the same form.
"""

from latentmaps import runs
from latentmaps.digits.dataset import digits
from latentmaps.digits.sources import digit_sources
from latentmaps.params.fetch_digits import FetchDigits


def fetch_digits(run: runs.Run) -> None:
    """Read the digits from the source in params.yaml and write them as four arrays."""
    params = run.params(FetchDigits)
    target = run.outputs["digits"]

    found = digit_sources.read(params, bundled=run.inputs["bundled"], workspace=target.parent)

    digits.save(found, target)


if __name__ == "__main__":
    runs.main(
        fetch_digits,
        inputs={"bundled": "the repository's subset of MNIST, for the source 'bundled'"},
        outputs={"digits": "images and labels of the training and test parts, .npz"},
    )
