"""Train the CNN that reads digits, and test it on digits it has not seen."""

from latentmaps import runs
from latentmaps.folders import CLASSIFICATION
from latentmaps.params.machine import Machine
from latentmaps.params.train_cnn import TrainCnn


def train_cnn(run: runs.Run) -> None:
    """Writes weights and shape, the history, and the numbers on the test part."""
    # TensorFlow takes seconds to import: a wrong parameter is refused before
    from latentmaps import machine, versions
    from latentmaps.cnn.network import cnn
    from latentmaps.cnn.training import classification, cnn_card, cnn_training
    from latentmaps.digits.dataset import digits as digits_module
    from latentmaps.storage import result_files, stage_numbers

    params = run.params(TrainCnn)
    setup = machine.configure(run.params(Machine))
    digits = digits_module.load(run.inputs["digits"])

    architecture = cnn.Architecture(
        filters=params.filters,
        dense_units=params.dense_units,
        kernel_size=params.kernel_size,
        pool_size=params.pool_size,
    )
    settings = cnn_training.Settings(
        optimizer=params.optimizer,
        learning_rate=params.learning_rate,
        learning_rate_schedule=params.learning_rate_schedule,
        decay_epochs=params.decay_epochs,
        decay_rate=params.decay_rate,
        momentum=params.momentum,
        l2=params.l2,
        num_validation=params.num_validation,
        epochs=params.epochs,
        batch_size=params.batch_size,
        jit_compile=setup.jit_compile,
        seed=run.training_seed(params.seed),
        split_seed=run.seed,
    )
    model, trained = cnn_training.train(architecture, settings, digits)
    probabilities = cnn.predict(model, digits.test_images)

    metrics = {
        "test_accuracy": classification.accuracy(probabilities, digits.test_labels),
        "test_cross_entropy": classification.cross_entropy(probabilities, digits.test_labels),
        "test_accuracy_per_digit": classification.accuracy_per_class(
            probabilities, digits.test_labels
        ),
        **trained.numbers(),
        "best_epoch": trained.epoch,
        "num_train": len(digits.train_labels) - params.num_validation,
        "num_validation": params.num_validation,
        "num_test": len(digits.test_labels),
        "num_parameters": model.count_params(),
        "epochs": params.epochs,
        "batch_size": params.batch_size,
        "seed": settings.seed,
        "versions": versions.installed("keras", "numpy", "tensorflow"),
    }

    cnn.save(run.outputs["model"], architecture, model)
    cnn_card.write(run.outputs["model"], architecture, metrics)
    result_files.write_table(run.outputs["history"], trained.history)
    classification.write_predictions(probabilities, digits.test_labels, run.outputs["predictions"])
    stage_numbers.write(metrics, metrics=run.outputs["metrics"], numbers=run.outputs["numbers"])


if __name__ == "__main__":
    runs.main(
        train_cnn,
        inputs={"digits": "digits.npz as fetch_digits writes it"},
        outputs={"model": "folder of the trained CNN", "report": CLASSIFICATION},
    )
