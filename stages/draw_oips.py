"""For every unit of one layer of the CNN, find and draw the input that excites it most."""

from latentmaps import runs
from latentmaps.folders import OIP_ARRAYS, OIP_PICTURES
from latentmaps.params.draw_oips import DrawOips
from latentmaps.params.machine import Machine

# Images that climb together. On a CPU 64 are faster than 128 where a layer has few maps, and no
# slower where it has many, since stopped images leave every few steps; a GPU has room for all.
_CHUNK_SIZES = {"CPU": 64, "GPU": 1024}


def draw_oips(run: runs.Run) -> None:
    """Write the OIPs, a table with a row for each, sheets, and the page of the layer."""
    # TensorFlow takes seconds to import: a wrong parameter is refused before
    from latentmaps import machine
    from latentmaps.cnn.network import cnn
    from latentmaps.digits.dataset import digits as digits_module
    from latentmaps.drawing import sheets
    from latentmaps.oips import layer, oip, page, pictures
    from latentmaps.pages import html_page
    from latentmaps.storage import result_files

    setup = machine.configure(run.params(Machine))
    digits = digits_module.load(run.inputs["digits"])

    params = run.params(DrawOips)
    found = layer.study(
        cnn.load(run.inputs["model"]),
        run.options["layer"],
        digits,
        params,
        seed=run.seed_or_base(params.seed),
        jit_compile=setup.jit_compile,
        chunk_size=_CHUNK_SIZES[setup.device],
    )
    sheet = pictures.draw_contact_sheet(found)

    oip.save(found.oips, found.elementary, run.outputs["oips"])
    result_files.write_table(run.outputs["table"], found.table)
    result_files.write_table(run.outputs["tuning"], found.tuning)
    sheets.save_png(sheet.image, run.outputs["sheet"])
    result_files.write_json(run.outputs["words"], sheet.numbers)
    sheets.save_png(pictures.draw_patterns(found).image, run.outputs["patterns"])
    sheets.save_png(pictures.draw_strips(found).image, run.outputs["strips"])
    html_page.write(page.render(found), run.outputs["page"])


if __name__ == "__main__":
    runs.main(
        draw_oips,
        inputs={
            "digits": "digits.npz as fetch_digits writes it",
            "model": "folder of the CNN as train_cnn writes it",
        },
        outputs={"oips": OIP_ARRAYS, "report": OIP_PICTURES},
        options={"layer": "name of a convolution or a dense layer of the CNN, such as Conv2D_3"},
    )
