"""Classify the VAE's random digits with the CNN, if the VAE was trained on digits."""

from latentmaps import runs
from latentmaps.faces.dataset import arrays
from latentmaps.folders import FACES, RAW_FACES, only
from latentmaps.judging import readable
from latentmaps.params.judge_digits import JudgeDigits
from latentmaps.params.machine import Machine
from latentmaps.storage import result_files


def judge_digits(run: runs.Run) -> None:
    """Write the CNN's classifications and confidences, or why it cannot classify the images."""
    params, report = run.params(JudgeDigits), run.outputs["report"]
    images = arrays.open_images(run.inputs["images"])
    report.mkdir()
    if obstacle := readable.find_obstacle(run.inputs["receipt"], images):
        result_files.write_json(report / "numbers.json", {"is_judged": False, "obstacle": obstacle})
        return

    from latentmaps import machine
    from latentmaps.cnn.network.cnn_inference import TrainedCnn
    from latentmaps.faces.dataset import split_table
    from latentmaps.judging import readings, sheet
    from latentmaps.vae.latent import latent_files
    from latentmaps.vae.network.inference import TrainedVae

    machine.configure(run.params(Machine))
    test = split_table.read_split(run.inputs["split"], num_rows=len(images))["test"]
    test = readable.choose_unseen(run.inputs["index"], test, num_images=params.num_samples)
    labels = readable.read_labels(run.inputs["index"], test)
    cnn, vae = TrainedCnn.load(run.inputs["cnn"]), TrainedVae.load(run.inputs["vae"])
    latents = latent_files.load(run.inputs["latents"], latent_dim=vae.architecture.latent_dim)

    found = readings.read_all(
        cnn, vae, latents.samplers, images[test], num_samples=params.num_samples, seed=run.seed
    )

    numbers = readings.numbers(found, labels=labels, min_confidence=params.min_confidence)
    drawn = sheet.draw_all(found, vae, latents.samplers, min_confidence=params.min_confidence)
    result_files.write_json(report / "numbers.json", numbers)
    sheet.save(drawn, report)


if __name__ == "__main__":
    runs.main(
        judge_digits,
        inputs={
            "raw_faces": only(RAW_FACES, "receipt"),
            "faces": only(FACES, "images", "index", "split"),
            "vae": "folder of the VAE that train_vae wrote",
            "latents": "folder of encodings and samplers, written by evaluate_vae",
            "cnn": "folder of the CNN that train_cnn wrote",
        },
        outputs={"report": "folder with numbers and, for digits, a sheet per sampler"},
    )
