"""The template for ``dvc plots`` contains everything it needs."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.browsing import Visit, started_browser

from latentmaps.tools import offline_plots

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def template() -> str:
    return offline_plots.template()


@pytest.mark.parametrize("placeholder", ["{plot_divs}", "{refresh_tag}"])
def test_each_placeholder_of_dvc_occurs_once(template: str, placeholder: str) -> None:
    assert template.count(placeholder) == 1


def test_no_script_and_no_style_is_loaded_from_outside(template: str) -> None:
    assert "{scripts}" not in template
    assert re.findall(r"<script[^>]*>", template) == ["<script>"]
    assert re.findall(r"<link[^>]*>", template) == ['<link rel="icon" href="data:,">']
    assert "jsdelivr" not in template


def test_the_library_is_complete_and_precedes_the_charts(template: str) -> None:
    library = template.index("window.vegaEmbed")
    assert library < template.index("</script") < template.index("{plot_divs}")
    assert len(template) > 500_000


def test_the_command_writes_the_template(tmp_path: Path, root: Path, template: str) -> None:
    target = tmp_path / "new folder" / "plots.html"
    command = [sys.executable, "-m", "latentmaps.tools.offline_plots", str(target)]
    subprocess.run(command, check=True, env={"PYTHONPATH": str(root / "src")}, cwd=tmp_path)
    assert target.read_text(encoding="utf-8") == template


def test_pictures_of_two_revisions_are_side_by_side_and_no_curve_twice(
    tmp_path: Path, template: str
) -> None:
    # as DVC writes them
    frame = '<div style="display: inline-block; overflow:hidden;"><p>rev</p><img src="{}"></div>'
    svg = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='1500' height='90'/>"
    both = frame.format(svg) * 2
    drawn = (
        f'<div id="a_png" style="white-space: nowrap;overflow-y:hidden;"><p>a.png</p>{both}</div>'
    )
    spec = """{"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "mark": "line",
        "data": {"values": [{"epoch": 1, "loss": 2}, {"epoch": 2, "loss": 1}]},
        "facet": {"row": {}, "column": {"field": "epoch"}}, "spec": {"mark": "line", "encoding": {
        "x": {"field": "epoch", "type": "quantitative"}, "y": {"field": "loss"}}}}"""
    for name in ("VAE_total_loss", "reports_train_vae_history_csv"):
        drawn += f'<div id="{name}"><script>vegaEmbed("#{name}", {spec});</script></div>'
    path = tmp_path / "index.html"
    page = template.replace("{plot_divs}", drawn).replace("{refresh_tag}", "")
    path.write_text(page, encoding="utf-8")
    with started_browser() as browser:
        visit = Visit(browser, path)
        visit.page.wait_for_selector("#VAE_total_loss svg, #VAE_total_loss canvas")
        left, right = (image.bounding_box() for image in visit.page.locator("img").all())
        assert left is not None
        assert right is not None
        assert left["y"] == right["y"]
        assert right["x"] >= left["x"] + left["width"]
        assert right["x"] + right["width"] <= 1280
        assert not visit.page.locator("#reports_train_vae_history_csv").is_visible()
        assert visit.troubles == []
