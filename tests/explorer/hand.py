"""The faces part of the page in a real browser, and a user who operates it."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from playwright.sync_api import Browser
from tests.browsing import Visit
from tests.explorer import example_faces

from latentmaps.images import pixels
from latentmaps.pages import html_page
from latentmaps.vae.latent import latent_geometry
from latentmaps.vae.network.inference import TrainedVae

KNOWN = example_faces.attributes(*example_faces.NAMES)
LATENTS = example_faces.latents(KNOWN)
SAVED = example_faces.saved()
MEAN = LATENTS.train.encodings.moments()[0]
TABS = ("attributes", "components", "map", "between", "dimensions")
# tolerance of coordinates: directions and starting points are rounded to 16 bits
TOLERANCE = 2e-3
# standard deviations from the center of the map to its edges
MAP_LIMIT = 3.2

Array = npt.NDArray[np.floating]


class Hand(Visit):
    """A user of the page, with methods that act on the page or read what it shows."""

    def __init__(
        self, browser: Browser, path: Path, *, fragment: str = "", width: int = 1280
    ) -> None:
        super().__init__(browser, path, fragment=fragment, width=width, reduced_motion="reduce")
        self.wait()

    def wait(self) -> None:
        self.page.wait_for_selector('#faces-canvas[data-shown="true"]')

    def z(self) -> Array:
        return np.array(self.page.evaluate("Array.from(Faces.state.z)"))

    def picture(self) -> npt.NDArray[np.uint8]:
        """Return the pixels of the canvas, (16, 16, 3), uint8."""
        self.wait()
        values = self.page.evaluate(
            """() => { const canvas = document.getElementById('faces-canvas');
            const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
            copy.drawImage(canvas, 0, 0);
            const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
            return [canvas.height, canvas.width, ...data]; }"""
        )
        return np.array(values[2:], np.uint8).reshape(values[0], values[1], 4)[..., :3]

    def move(self, name: str, value: float) -> None:
        """Move a slider to a value and release it."""
        self.page.evaluate(
            """([name, value]) => { const slider = document.getElementById(`faces-${name}`);
            slider.value = value;
            for (const type of ['input', 'change']) slider.dispatchEvent(new Event(type)); }""",
            [name, value],
        )

    def click(self, name: str) -> None:
        self.page.locator(f"#faces-{name}").click()

    def choose(self, words: str) -> None:
        self.page.get_by_role("radio", name=words, exact=True).check()

    def read(self, name: str) -> float:
        """Return the value of a slider as announced by a screen reader."""
        text = self.page.locator(f"#faces-{name}").get_attribute("aria-valuetext") or ""
        return float(text.replace("\u2212", "-"))

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return the screen position of a point of the map, in standard deviations."""
        canvas = self.page.locator("#faces-map-canvas")
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        assert box is not None
        left, top = (1 + x / MAP_LIMIT) / 2, (1 - y / MAP_LIMIT) / 2
        return box["x"] + box["width"] * left, box["y"] + box["height"] * top

    def says(self) -> str:
        return self.page.locator("#faces-said").inner_text()

    def caption(self) -> str:
        return self.page.locator("#faces-caption").inner_text()

    def link(self) -> str:
        """Wait until the page has written its state to the address, and return the address."""
        wanted = self.page.evaluate("Faces.toParams()")
        self.page.wait_for_url(f"**#faces?{wanted}")
        return self.page.url


def write_page(folder: Path) -> Path:
    """Write the page of the fake faces."""
    path = folder / "explorer.html"
    html_page.write(example_faces.render([example_faces.part(SAVED, LATENTS, KNOWN)]), path)
    return path


def write_gray_page(folder: Path, *, latent_dim: int, are_digits: bool) -> Path:
    """Write the page of gray pictures without attributes."""
    none = KNOWN.iloc[:, :0]
    saved = example_faces.saved(latent_dim=latent_dim, num_channels=1)
    latents = example_faces.latents(none, latent_dim=latent_dim)
    part = example_faces.part(saved, latents, none, are_digits=are_digits)
    path = folder / "explorer.html"
    html_page.write(example_faces.render([part], are_digits=are_digits), path)
    return path


def decode(z: Array) -> npt.NDArray[np.uint8]:
    """Return the decoded image of a point, (16, 16, 3), uint8."""
    return pixels.to_uint8(TrainedVae(SAVED).decode(z[np.newaxis]))[0]


def component(index: int) -> Array:
    """Return a vector of one standard deviation along a component."""
    axes, variances = latent_geometry.axes_of_covariance(LATENTS.train.encodings.moments()[1])
    return axes[:, index] * np.sqrt(variances[index])


def dimension(index: int) -> Array:
    """Return the axis of the dimension with a given rank by KL; rank 0 has the largest KL."""
    kl_nats = LATENTS.test.encodings.kl_per_dimension()
    return np.eye(len(kl_nats))[np.argsort(-kl_nats)[index]]


def attribute(index: int) -> Array:
    """Return the attribute direction with a given rank by d'; rank 0 has the highest d'."""
    by_d_prime = sorted(LATENTS.attributes.to_list(), key=lambda direction: -direction.d_prime)
    return by_d_prime[index].vector
