"""Draw the activation maps of the CNN for some digits."""

from latentmaps import runs
from latentmaps.folders import ACTIVATION_MAPS
from latentmaps.params.draw_activation_maps import DrawActivationMaps
from latentmaps.params.machine import Machine


def draw_activation_maps(run: runs.Run) -> None:
    """Write a sheet with all feature maps of all convolutions for some test digits."""
    # TensorFlow takes seconds to import, so invalid parameters are rejected first
    from latentmaps import machine
    from latentmaps.cnn.network.cnn_inference import TrainedCnn
    from latentmaps.cnn.pictures import activation_maps
    from latentmaps.digits.dataset import digits as digits_module
    from latentmaps.drawing import sheets
    from latentmaps.storage import result_files

    params = run.params(DrawActivationMaps)
    machine.configure(run.params(Machine))
    digits = digits_module.load(run.inputs["digits"])
    images = digits.test_images[activation_maps.choose_rows(digits.test_labels, params.digits)]
    trained = TrainedCnn.load(run.inputs["model"])

    sheet = activation_maps.draw(images, params.digits, trained.all_feature_maps(images))

    sheets.save_png(sheet.image, run.outputs["sheet"])
    result_files.write_json(run.outputs["words"], sheet.numbers)


if __name__ == "__main__":
    runs.main(
        draw_activation_maps,
        inputs={
            "digits": "digits.npz, written by fetch_digits",
            "model": "folder of the CNN that train_cnn wrote",
        },
        outputs={"report": ACTIVATION_MAPS},
    )
