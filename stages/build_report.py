"""Build the page that shows all pictures and numbers of a run."""

from latentmaps import runs
from latentmaps.params.draw_oips import DrawOips
from latentmaps.params.fetch_digits import FetchDigits
from latentmaps.report import page
from latentmaps.report.digits import DigitsFiles
from latentmaps.report.faces import FacesFiles


def build_report(run: runs.Run) -> None:
    """Writes the page: one self-contained HTML file."""
    faces = FacesFiles(
        receipt=run.inputs["receipt"],
        train_vae=run.inputs["train_vae"],
        evaluate_vae=run.inputs["evaluate_vae"],
        draw_reconstructions=run.inputs["draw_reconstructions"],
        draw_samples=run.inputs["draw_samples"],
        draw_latent_space=run.inputs["draw_latent_space"],
    )
    digits = DigitsFiles(
        train_cnn=run.inputs["train_cnn"],
        draw_activation_maps=run.inputs["draw_activation_maps"],
        draw_oips=run.inputs["draw_oips"],
    )

    text = page.render(
        faces,
        digits,
        profile=run.all_params.profile,
        seed=run.seed,
        layer_names=run.params(DrawOips).layers,
        digits_source=run.params(FetchDigits).source,
        sections=run.all_params.sections,
    )

    page.write(text, run.outputs["page"])


if __name__ == "__main__":
    runs.main(
        build_report,
        inputs={
            "receipt": "JSON, what fetch_faces took",
            "train_vae": "folder with metrics.json, numbers.json and history.csv",
            "evaluate_vae": "folder with metrics.json, numbers.json and dimensions.csv",
            "draw_reconstructions": "folder with sheets.json and its PNG files",
            "draw_samples": "folder with sheets.json and its PNG files",
            "draw_latent_space": "folder with sheets.json and its PNG files",
            "train_cnn": "folder with its JSON and CSV files",
            "draw_activation_maps": "folder with sheet.png and sheet.json",
            "draw_oips": "folder with a PNG, a JSON and a CSV file for each layer",
        },
        outputs={"page": "HTML, one self-contained file"},
    )
