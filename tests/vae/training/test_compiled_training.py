"""A training step compiled by XLA learns the same as the plain step."""

import functools
import os
import subprocess
from pathlib import Path
from typing import Any

import keras
import pandas as pd
import pytest
from tests import warm_python
from tests.vae.example_vae import ONE_LAYER, task

from latentmaps.training import fit
from latentmaps.vae.network.reconstruction_losses import RECONSTRUCTION_LOSSES
from latentmaps.vae.training import kl, vae_training
from latentmaps.vae.training.trainable_vae import TrainableVae

LOSSES = ["total_loss", "reconstruction_loss", "kl_loss", "kl_nats"]
VALIDATION = [f"val_{name}" for name in LOSSES]
# measured on a CPU after six steps of Adam: at most 5e-7
FLOAT32 = 1e-5
# measured after twelve steps in bfloat16: at most 2e-4 for the reconstruction loss and 3e-3 for the
# KL term; in float16, a tenth of that
RECONSTRUCTION_OF_16_BITS, KL_OF_16_BITS = 1e-3, 1e-2


def train(*, jit_compile: bool, **changes: Any) -> tuple[TrainableVae, fit.Trained]:
    return vae_training.train(
        task(**changes), devices=vae_training.Devices(jit_compile=jit_compile)
    )


@functools.cache
def plain() -> pd.DataFrame:
    return train(jit_compile=False, **ONE_LAYER)[1].history


def assert_near(
    mine: pd.DataFrame, reference: pd.DataFrame, tolerance: float = FLOAT32, names: Any = LOSSES
) -> None:
    for name in names:
        assert mine[name].tolist() == pytest.approx(reference[name].tolist(), rel=tolerance), name


@pytest.mark.slow
@pytest.mark.parametrize("method", kl.METHODS)
def test_all_methods_have_the_same_losses_as_the_plain_step(method: str) -> None:
    assert_near(train(jit_compile=True, kl_method=method, **ONE_LAYER)[1].history, plain())


@pytest.mark.slow
@pytest.mark.parametrize("kind", RECONSTRUCTION_LOSSES)
def test_all_reconstruction_losses_agree_with_the_plain_step(kind: str) -> None:
    compiled, reference = (
        train(jit_compile=jit_compile, reconstruction_loss=kind, fact_warmup_epochs=1, **ONE_LAYER)[
            1
        ].history
        for jit_compile in (True, False)
    )
    assert_near(compiled, reference)
    assert reference["fact"].tolist() == compiled["fact"].tolist() == [2.5, 5.0]


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes",
    [
        {"dropout_rate": 0.3},
        {"dropout_rate": 0.2, "activation": "selu", "batch_norm": "none", "corruption": "noise"},
    ],
    ids=str,
)
def test_dropout_and_validation_agree_with_the_plain_step(changes: dict[str, Any]) -> None:
    compiled, reference = (
        train(jit_compile=jit_compile, **changes)[1].history for jit_compile in (True, False)
    )
    assert_near(compiled, reference, names=[*LOSSES, *VALIDATION])


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_other_compute_dtypes_learn_the_same_as_the_plain_step(precision: str) -> None:
    (model, compiled), (reference_model, reference) = (
        train(jit_compile=jit_compile, precision=precision, dropout_rate=0.3, epochs=4)
        for jit_compile in (True, False)
    )
    mine, theirs = compiled.history, reference.history
    assert_near(mine, theirs, RECONSTRUCTION_OF_16_BITS, ["total_loss", "reconstruction_loss"])
    assert_near(mine, theirs, KL_OF_16_BITS, ["kl_loss", "kl_nats"])
    if precision == "float16":
        assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)
        # the first steps overflow: each one halves the scale and updates no weight
        (scale, num_steps), expected = map(scale_and_steps, (model, reference_model))
        assert (scale, num_steps) == expected
        assert scale < 32768.0
        assert 0 < num_steps < 12


def scale_and_steps(model: TrainableVae) -> tuple[float, int]:
    optimizer = model.optimizer
    return float(optimizer.dynamic_scale), int(optimizer.inner_optimizer.iterations)


PROGRAM = """
from tests.vae.example_vae import ONE_LAYER, task
from latentmaps.vae.training import trainable_vae, vae_training

shapes = []
test_step = trainable_vae.TrainableVae.test_step

def count(self, data):
    shapes.append(tuple(data[1].shape))
    return test_step(self, data)

trainable_vae.TrainableVae.test_step = count
vae_training.train(task(epochs=2, **ONE_LAYER), devices=vae_training.Devices(jit_compile=True))
print(shapes)
"""


@pytest.mark.slow
def test_each_step_is_traced_and_compiled_once(root: Path, tmp_path: Path) -> None:
    """Six validation images in batches of four: the last batch is padded."""
    paths = os.pathsep.join([str(root / "src"), str(root)])
    flags = f"{os.environ['XLA_FLAGS']} --xla_dump_to={tmp_path} --xla_dump_hlo_as_text"
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    result = subprocess.run(
        [str(warm_python.interpreter()), str(program)],
        env=os.environ | {"PYTHONPATH": paths, "CUDA_VISIBLE_DEVICES": "-1", "XLA_FLAGS": flags},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "[(4, 16, 16, 3)]"
    # XLA compiles a traced function once per input shape, and numbers the modules
    steps = list(tmp_path.glob("*one_step_on_data*.before_optimizations.txt"))
    assert len(steps) == 2, steps  # training and validation
