"""Build the page that shows all pictures and numbers of a run."""

from latentmaps import runs
from latentmaps.pages import html_file
from latentmaps.params.draw_oips import DrawOips
from latentmaps.params.fetch_digits import FetchDigits
from latentmaps.report import page


def build_report(run: runs.Run) -> None:
    """Write the page: one self-contained HTML file."""
    text = page.render(
        receipt=run.inputs["receipt"],
        reports=run.inputs["reports"],
        profile=run.all_params.profile,
        seed=run.seed,
        layer_names=run.params(DrawOips).layers,
        digits_source=run.params(FetchDigits).source,
        sections=run.all_params.sections,
    )

    html_file.write(text, run.outputs["page"])


if __name__ == "__main__":
    runs.main(
        build_report,
        inputs={
            "receipt": "JSON, what fetch_faces took",
            "reports": "folder with a folder for each of the other stages, named after it",
        },
        outputs={"page": "HTML, one self-contained file"},
    )
