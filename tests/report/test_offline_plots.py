"""The template for ``dvc plots`` holds all it needs."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from latentmaps.report import offline_plots


@pytest.fixture(scope="module")
def template() -> str:
    return offline_plots.template()


@pytest.mark.parametrize("placeholder", ["{plot_divs}", "{refresh_tag}"])
def test_a_placeholder_of_dvc_stands_once(template: str, placeholder: str) -> None:
    assert template.count(placeholder) == 1


def test_no_script_and_no_style_comes_from_outside(template: str) -> None:
    assert "{scripts}" not in template
    assert re.findall(r"<script[^>]*>", template) == ["<script>"]
    assert re.findall(r"<link[^>]*>", template) == ['<link rel="icon" href="data:,">']
    assert "jsdelivr" not in template


def test_the_library_is_whole_and_comes_before_the_charts(template: str) -> None:
    library = template.index("window.vegaEmbed")
    assert library < template.index("</script") < template.index("{plot_divs}")
    assert len(template) > 500_000


def test_the_command_writes_the_template(tmp_path: Path, root: Path, template: str) -> None:
    target = tmp_path / "new folder" / "plots.html"
    command = [sys.executable, "-m", "latentmaps.report.offline_plots", str(target)]
    subprocess.run(command, check=True, env={"PYTHONPATH": str(root / "src")}, cwd=tmp_path)
    assert target.read_text(encoding="utf-8") == template
