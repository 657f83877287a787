"""For every feature map of one layer of the CNN, find and draw the input that excites it most."""

from latentmaps import runs
from latentmaps.folders import OIP_ARRAYS, OIP_PICTURES
from latentmaps.params.draw_oips import DrawOips
from latentmaps.params.machine import Machine

# Images that climb together. On a CPU 128 are a fifth faster than 64, and no slower than 256; a GPU
# has room for all of a layer.
_CHUNK_SIZES = {"CPU": 128, "GPU": 1024}


def draw_oips(run: runs.Run) -> None:
    """Writes the OIPs, a table with a row for each, sheets, and the page of the layer."""
    # TensorFlow takes seconds to import: a wrong parameter is refused before
    from latentmaps import machine
    from latentmaps.cnn.network import cnn
    from latentmaps.digits.dataset import digits as digits_module
    from latentmaps.drawing import sheets
    from latentmaps.oips import (
        excitation,
        greys,
        oip,
        page,
        real_digits,
        scores,
        search,
        sheet,
        strips,
    )
    from latentmaps.oips.found import Found
    from latentmaps.storage import result_files

    params = run.params(DrawOips)
    setup = machine.configure(run.params(Machine))
    layer_name = run.options["layer"]
    digits = digits_module.load(run.inputs["digits"])
    networks = excitation.networks(cnn.load(run.inputs["model"]), layer_name)

    settings = oip.Settings.of(
        params,
        seed=run.seed,
        jit_compile=setup.jit_compile,
        chunk_size=_CHUNK_SIZES[setup.device],
    )
    oips = search.find_oips(networks, digits, settings)
    strongest = real_digits.find_strongest(networks, digits)
    paths = real_digits.compare_paths(networks, digits, strongest, oips, seed=run.seed)
    table = scores.score(oips, strongest, paths, reachable_size=networks.reachable_size)

    scale = greys.scale(oips, networks.reachable_size)
    found = Found(layer_name, oips, table, strongest, settings, scale)
    drawn = sheet.draw(found, shown=params.range)

    oip.save(oips, run.outputs["oips"])
    result_files.write_table(run.outputs["table"], table)
    sheets.save_png(drawn.image, run.outputs["sheet"])
    result_files.write_json(run.outputs["words"], drawn.numbers)
    sheets.save_png(strips.draw(found).image, run.outputs["strips"])
    page.write(page.render(found), run.outputs["page"])


if __name__ == "__main__":
    runs.main(
        draw_oips,
        inputs={
            "digits": "digits.npz as fetch_digits writes it",
            "model": "folder of the CNN as train_cnn writes it",
        },
        outputs={"oips": OIP_ARRAYS, "report": OIP_PICTURES},
        options={"layer": "name of a convolution of the CNN, such as Conv2D_3"},
    )
