from tests.vae.example_vae import task

from latentmaps.vae.network.layers import FusedBatchNormalization
from latentmaps.vae.training import vae_task, vae_training


def test_the_settings_take_what_replaces_a_value_of_the_section() -> None:
    settings = vae_task.Settings.of(task().settings, batch_size=7, seed=9)
    assert (settings.batch_size, settings.seed) == (7, 9)
    assert settings.fact == task().settings.fact


def test_moving_statistics_forget_the_start_in_a_few_dozen_steps() -> None:
    model = vae_training.build(task(shape={"batch_norm": "train"}))
    layers = [
        layer
        for network in (model.encoder, model.decoder)
        for layer in network.layers
        if isinstance(layer, FusedBatchNormalization)
    ]
    assert layers
    assert all(layer.momentum == 0.9 for layer in layers)
