"""Build the report, the page that shows all pictures and numbers of a run."""

from latentmaps import runs
from latentmaps.folders import RAW_FACES, only
from latentmaps.pages import html_page
from latentmaps.report import page


def build_report(run: runs.Run) -> None:
    """Write the page: one self-contained HTML file."""
    sections = run.all_params.sections

    text = page.render(
        receipt=run.inputs["receipt"],
        reports=run.inputs["reports"],
        profile=run.all_params.profile,
        seed=run.seed,
        layer_names=sections["draw_oips"].layers,
        digits_source=sections["fetch_digits"].source,
        sections=sections,
    )

    html_page.write(text, run.outputs["page"])


if __name__ == "__main__":
    runs.main(
        build_report,
        inputs={
            "raw_faces": only(RAW_FACES, "receipt"),
            "reports": "folder with one folder per stage, each named after its stage",
        },
        outputs={"page": "HTML, one self-contained file"},
    )
