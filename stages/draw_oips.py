"""Find and draw the input that excites each unit of a CNN layer most."""

from latentmaps import runs
from latentmaps.folders import OIP_ARRAYS, OIP_PICTURES
from latentmaps.params.draw_oips import DrawOips
from latentmaps.params.machine import Machine

# Number of images per chunk of the ascent. On a CPU, 64 is faster than 128 for layers with few maps
# and no slower for layers with many, because images that have stopped are dropped every few steps.
# A GPU has room for all images.
_CHUNK_SIZES = {"CPU": 64, "GPU": 1024}


def draw_oips(run: runs.Run) -> None:
    """Write the OIPs of a layer, tables, sheets, and the page of the layer."""
    # TensorFlow takes seconds to import, so invalid parameters are rejected first
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
    results = layer.study(
        cnn.load(run.inputs["model"]),
        run.options["layer"],
        digits,
        params,
        seed=run.seed_or_base(params.seed),
        jit_compile=setup.jit_compile,
        chunk_size=_CHUNK_SIZES[setup.device],
    )
    sheet = pictures.draw_contact_sheet(results)

    oip.save(results.oips, results.elementary, run.outputs["oips"])
    result_files.write_table(run.outputs["table"], results.table)
    result_files.write_table(run.outputs["tuning"], results.tuning)
    sheets.save_png(sheet.image, run.outputs["sheet"])
    result_files.write_json(run.outputs["words"], sheet.numbers)
    sheets.save_png(pictures.draw_patterns(results).image, run.outputs["patterns"])
    sheets.save_png(pictures.draw_strips(results).image, run.outputs["strips"])
    html_page.write(page.render(results), run.outputs["page"])


if __name__ == "__main__":
    runs.main(
        draw_oips,
        inputs={
            "digits": "digits.npz, written by fetch_digits",
            "model": "folder of the CNN that train_cnn wrote",
        },
        outputs={"oips": OIP_ARRAYS, "report": OIP_PICTURES},
        options={"layer": "name of a convolution or dense layer of the CNN, such as Conv2D_3"},
    )
