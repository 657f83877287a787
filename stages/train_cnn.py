"""Train the CNN that classifies digits, and evaluate it on the test part."""

from latentmaps import runs
from latentmaps.folders import CLASSIFICATION
from latentmaps.params.machine import Machine
from latentmaps.params.train_cnn import TrainCnn


def train_cnn(run: runs.Run) -> None:
    """Write the model, its training history, and its metrics on the test part."""
    # TensorFlow takes seconds to import, so invalid parameters are rejected first
    from latentmaps import machine
    from latentmaps.cnn.network import cnn
    from latentmaps.cnn.training import classification, cnn_card, cnn_training
    from latentmaps.digits.dataset import digits as digits_module
    from latentmaps.storage import result_files, stage_numbers

    params = run.params(TrainCnn)
    setup = machine.configure(run.params(Machine))
    digits = digits_module.load(run.inputs["digits"])
    shape, seed = cnn_training.architecture(params), run.seed_or_base(params.seed)

    model, trained = cnn_training.train(
        params, digits, seed=seed, split_seed=run.seed, jit_compile=setup.jit_compile
    )
    probabilities = cnn.predict(model, digits.test_images)
    numbers = classification.numbers(probabilities, digits.test_labels)
    numbers |= cnn_training.numbers(model, trained, params, digits, seed=seed)

    cnn.save(run.outputs["model"], shape, model)
    cnn_card.write(run.outputs["model"], shape, numbers)
    result_files.write_table(run.outputs["history"], trained.history)
    classification.write_predictions(probabilities, digits.test_labels, run.outputs["predictions"])
    stage_numbers.write(numbers, metrics=run.outputs["metrics"], numbers=run.outputs["numbers"])


if __name__ == "__main__":
    runs.main(
        train_cnn,
        inputs={"digits": "digits.npz, written by fetch_digits"},
        outputs={"model": "folder of the trained CNN", "report": CLASSIFICATION},
    )
