"""Train the variational autoencoder on the training part of the faces."""

from pathlib import Path

from latentmaps import runs
from latentmaps.folders import FACES, RAW_FACES, TRAINING, some
from latentmaps.params.machine import Machine
from latentmaps.params.train_vae import TrainVae


def train_vae(run: runs.Run) -> None:
    """Write the model with its card, the history, and the numbers of the epoch of its weights."""
    # TensorFlow takes seconds to import: a wrong parameter is refused before
    from latentmaps import doubts, machine, stage_code
    from latentmaps.faces.dataset import arrays, split_table
    from latentmaps.storage import result_files, stage_numbers
    from latentmaps.vae.training import training_results, vae_card, vae_task, vae_training

    params, where = run.params(TrainVae), run.params(Machine)
    setup = machine.configure(where, spread=True)
    images = arrays.open_images(run.inputs["images"], in_memory=where.cache_images)
    parts = split_table.read_split(run.inputs["split"], num_rows=len(images))
    source = vae_card.read_source(run.inputs["receipt"])
    seed, kl_weight = run.seed_or_base(params.seed), params.fact
    task = vae_task.Task.for_faces(
        params, images, parts, kl_weight=kl_weight, seed=seed, validation_seed=run.seed
    )

    code = stage_code.digest("train_vae", root=Path(__file__).parents[1])
    checkpoints = vae_task.open_checkpoints(
        task, run.kept["checkpoints"], images=run.inputs["images"], code=code
    )
    from_random = task.initial_weights is None
    runs.warn(doubts.of_training(task.num_steps, from_random=from_random))
    devices = vae_training.Devices(setup.strategy, setup.jit_compile, setup.prefetch_to)
    with checkpoints.locked():
        model, trained = vae_training.train(task, devices=devices, checkpoints=checkpoints)

    numbers = training_results.write_model(
        run.outputs["model"], task, model, trained, source=source
    )
    result_files.write_table(run.outputs["history"], trained.history)
    stage_numbers.write(numbers, metrics=run.outputs["metrics"], numbers=run.outputs["numbers"])


if __name__ == "__main__":
    runs.main(
        train_vae,
        inputs={
            "raw_faces": some(RAW_FACES, "receipt"),
            "faces": some(FACES, "images", "split"),
        },
        outputs={"model": "folder of the trained VAE", "report": TRAINING},
        kept={"checkpoints": "the state after each epoch, to go on from"},
    )
