"""For every feature map of one layer of the CNN, find and draw the input that excites it most."""

from latentmaps import machine, runs
from latentmaps.data import digits as digits_module
from latentmaps.models import cnn
from latentmaps.oips import excitation as excitation_module
from latentmaps.oips import scores, search, sheet
from latentmaps.params.draw_oips import DrawOips
from latentmaps.params.machine import Machine
from latentmaps.visualisation import sheets


def draw_oips(run: runs.Run) -> None:
    """Writes the OIPs, a table with a row for each, and the contact sheet."""
    params = run.params(DrawOips)
    setup = machine.configure(run.params(Machine))
    layer_name = run.options["layer"]
    digits = digits_module.load(run.inputs["digits"])
    excitation = excitation_module.excitation_model(cnn.load(run.inputs["model"]), layer_name)

    settings = search.Settings(
        num_starts=params.num_starts,
        length_scales=params.length_scales,
        num_steps=params.num_steps,
        step_size=params.step_size,
        seed=run.seed,
        jit_compile=setup.jit_compile,
    )
    oips = search.find_oips(excitation, digits, settings)
    table = scores.score(oips, excitation, digits)
    picture = sheet.draw(
        oips,
        table,
        settings,
        layer_name=layer_name,
        reachable_size=excitation_module.reachable_size(excitation),
    )

    search.save(oips, run.outputs["oips"])
    scores.write(table, run.outputs["table"])
    sheets.save_png(picture, run.outputs["sheet"])


if __name__ == "__main__":
    runs.main(
        draw_oips,
        inputs={
            "digits": "digits.npz as fetch_digits writes it",
            "model": "folder of the CNN as train_cnn writes it",
        },
        outputs={
            "oips": "OIPs, their start images and activations, .npz",
            "sheet": "PNG, all OIPs of the layer",
            "table": "CSV, a row for each feature map",
        },
        options={"layer": "name of a convolution of the CNN, such as Conv2D_3"},
    )
