"""Fixtures and settings that many tests share."""

import gc
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import numpy as np
import pytest
from playwright.sync_api import Browser
from tests import network_guard, warm_python
from tests.browsing import started_browser
from tests.downloads.example_downloads import CONTENT
from tests.downloads.misbehaving_server import Served, serve
from tests.example_workspace import Workspace
from tests.faces.example_celeba import write_celeba
from tests.faces.example_raw_faces import raw_faces

from latentmaps.digits.dataset.digits import Digits
from latentmaps.faces.sources.raw_faces import RawFaces

if TYPE_CHECKING:
    from tests import repository_clone

ROOT = Path(__file__).parents[1]

network_guard.install()
# The tests compile a lot with XLA but compute little. When a GPU is tested, XLA is not restricted.
if "LATENTMAPS_TESTED_DEVICE" not in os.environ:
    os.environ.setdefault(
        "XLA_FLAGS",
        "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true "
        "--xla_cpu_parallel_codegen_split_count=1",
    )
# Every run uses the same examples. There is no deadline: a busy machine would exceed it.
# Before you change a reader, run: pytest --hypothesis-profile thorough -k properties
for _profile, _max_examples in (("quick", 20), ("thorough", 1000)):
    hypothesis.settings.register_profile(
        _profile, derandomize=True, deadline=None, database=None, max_examples=_max_examples
    )
hypothesis.settings.load_profile("quick")


# the environment before the first test
_environment: dict[str, str] = {}
# the random generators of all modules of the tests, with their states before the first test
_generators: list[tuple[np.random.Generator, Mapping[str, Any]]] = []


def pytest_collection_finish() -> None:
    """Record what tests may change, and exclude all imported objects from garbage collection.

    Importing TensorFlow creates millions of objects. Collecting garbage took a seventh of the CPU
    time of tests that build networks.
    """
    _environment.update(os.environ)
    modules = [module for name, module in sys.modules.items() if name.startswith("tests.")]
    _generators.extend(
        (value, value.bit_generator.state)
        for module in modules
        for value in vars(module).values()
        if isinstance(value, np.random.Generator)
    )
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(autouse=True)
def keep_settings_of_tensorflow() -> Iterator[None]:
    """Undo the changes that libraries such as tf2onnx make to the environment on import.

    Programs that tests start inherit the environment, and ``warm_python`` declines programs with
    other settings of TensorFlow.
    """
    yield
    for key in list(os.environ):
        if key.startswith(warm_python.READ_EARLY) and key not in _environment:
            del os.environ[key]
    for key, value in _environment.items():
        if key.startswith(warm_python.READ_EARLY):
            os.environ[key] = value


@pytest.fixture(autouse=True)
def restart_random_numbers() -> None:
    """Reset the random generators of the tests, so that no test depends on those before it.

    Fixtures of a wider scope are set up earlier, so they need their own generators.
    """
    for generator, state in _generators:
        generator.bit_generator.state = state


@pytest.fixture(autouse=True)
def stay_on_this_machine() -> Iterator[None]:
    """Fail a test that tried to reach another machine, even if the error was caught."""
    yield
    attempts = network_guard.refused.copy()
    network_guard.refused.clear()
    assert attempts == []


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder that contains params.yaml and dvc.yaml."""
    return ROOT


@pytest.fixture
def workspace(tmp_path: Path, root: Path) -> Workspace:
    """A folder for the stage scripts."""
    return Workspace(tmp_path, root)


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> "repository_clone.Clone":
    """A clone with committed results of the tiny configuration; tests must not change it."""
    from tests import repository_clone  # imported here, because importing DVC takes a second

    base = tmp_path_factory.getbasetemp()
    return repository_clone.tiny_run(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)


@pytest.fixture
def small_network(workspace: Workspace) -> Workspace:
    """A workspace whose VAE is trained in seconds."""
    workspace.write_faces()
    workspace.shrink_network()
    return workspace


@pytest.fixture
def raw(tmp_path: Path) -> RawFaces:
    """Paths for raw faces in an empty folder."""
    return raw_faces(tmp_path / "raw")


@pytest.fixture
def celeba_folder(tmp_path: Path) -> Path:
    """A folder in CelebA's layout with three faces."""
    return write_celeba(tmp_path / "celeba")


@pytest.fixture
def few_digits() -> Digits:
    """Six training and three test pictures of noise."""
    generator = np.random.default_rng(0)
    return Digits(
        train_images=generator.integers(0, 256, (6, 28, 28), np.uint8),
        train_labels=np.arange(6, dtype=np.uint8),
        test_images=generator.integers(0, 256, (3, 28, 28), np.uint8),
        test_labels=np.array([9, 0, 9], np.uint8),
    )


@pytest.fixture
def server() -> Iterator[Served]:
    """A local server whose answers depend on the path."""
    with serve(CONTENT) as served:
        yield served


@pytest.fixture(scope="module")
def shared_browser() -> Iterator[Browser]:
    """A browser for pages that tests share."""
    with started_browser() as browser:
        yield browser


@pytest.fixture
def browser(shared_browser: Browser) -> Iterator[Browser]:
    """A browser whose new pages are closed after the test.

    An open page with a film keeps a core busy.
    """
    before = shared_browser.contexts
    yield shared_browser
    for context in shared_browser.contexts:
        if context not in before:
            context.close()
