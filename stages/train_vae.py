"""Train the variational autoencoder on the training part of the faces."""

from pathlib import Path

from latentmaps import runs
from latentmaps.folders import FACES, RAW_FACES, VAE_TRAINING, only
from latentmaps.params.machine import Machine
from latentmaps.params.train_vae import TrainVae


def train_vae(run: runs.Run) -> None:
    """Write the model with its card, the history, the final numbers, and the film."""
    # TensorFlow takes seconds to import, so invalid parameters are rejected first
    from latentmaps import doubts, machine, stage_code
    from latentmaps.faces.dataset import arrays, receipts, split_table
    from latentmaps.live import training_page
    from latentmaps.storage import result_files, stage_numbers
    from latentmaps.vae.training import film, training_results, vae_task, vae_training

    params, where = run.params(TrainVae), run.params(Machine)
    setup = machine.configure(where, spread=True)
    images = arrays.open_images(run.inputs["images"], in_memory=where.cache_images)
    parts = split_table.read_split(run.inputs["split"], num_rows=len(images))
    source = receipts.read_source(run.inputs["receipt"])
    seed = run.seed_or_base(params.seed)
    kl_weight = params.fact  # `fact` only in params.yaml, `kl_weight` from here on
    task = vae_task.Task.for_faces(
        params, images, parts, kl_weight=kl_weight, seed=seed, validation_seed=run.seed
    )

    code = stage_code.digest("train_vae", root=Path(__file__).parents[1])
    checkpoints = vae_task.open_checkpoints(
        task, run.kept["checkpoints"], images=run.inputs["images"], code=code
    )
    from_random = task.initial_weights is None
    runs.warn(doubts.about_training(task.num_steps, from_random=from_random))
    devices = vae_training.Devices(setup.strategy, setup.jit_compile, setup.prefetch_to)
    recorder = film.FilmRecorder(task, checkpoints)
    with (
        checkpoints.locked(),
        training_page.opened(run.kept["live"], task, recorder, source=source) as follow,
    ):
        model, trained = vae_training.train(
            task, devices=devices, checkpoints=checkpoints, film=recorder, follow=follow
        )

    numbers = training_results.write_model(
        run.outputs["model"], task, model, trained, source=source
    )
    recorder.save(run.outputs["film"], len(trained.history))
    result_files.write_table(run.outputs["history"], trained.history)
    stage_numbers.write(numbers, metrics=run.outputs["metrics"], numbers=run.outputs["numbers"])


if __name__ == "__main__":
    runs.main(
        train_vae,
        inputs={
            "raw_faces": only(RAW_FACES, "receipt"),
            "faces": only(FACES, "images", "split"),
        },
        outputs={"model": "folder of the trained VAE", "report": VAE_TRAINING},
        kept={
            "checkpoints": "the state after each epoch, to resume from",
            "live": "index.html, a page for watching the training, and the history so far",
        },
    )
