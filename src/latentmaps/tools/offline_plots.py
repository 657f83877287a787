"""Write an HTML template that makes ``dvc plots`` work offline.

DVC's own page loads Vega, Vega-Lite and Vega-Embed from a public server, so its charts are blank
without a network. This template contains the three libraries, from the bundle of vl-convert::

    python -m latentmaps.tools.offline_plots TARGET.html
    dvc config --local plots.html_template TARGET.html   # absolute, or relative to .dvc
"""

import argparse
from pathlib import Path

import vl_convert

# The library comes first, since the <script> that DVC puts next to each chart calls vegaEmbed at
# once. DVC fills in {plot_divs} and {refresh_tag}; {scripts}, the links to the public server, is
# left out.
_TEMPLATE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{refresh_tag}
<title>DVC plots</title>
<link rel="icon" href="data:,">
<script>
(function () {
BUNDLE
})();
</script>
<style>
body { margin: 2rem; font-family: system-ui, sans-serif; }
table { border-spacing: 15px; }
img { max-width: 100%; }
/* DVC puts the pictures of two revisions into one line, which the window cuts off. */
div:has(> div > img) {
  display: flex; flex-wrap: wrap; gap: 8px; margin-bottom: 1rem; padding: 8px;
  white-space: normal !important;
}
div:has(> div > img) > p { flex: 0 0 100%; margin: 0; }
div:has(> img) { flex: 1 1 20rem; min-width: 0; margin: 0 !important; }
/* DVC also draws every file of a stage's plots; the charts in dvc.yaml show the same columns. */
div[id$="_history_csv"] { display: none; }
</style>
</head>
<body>
{plot_divs}
</body>
</html>
"""

# Exposes the one function that DVC's charts call. Their specifications declare Vega-Lite 5 and
# contain an empty row, and axes that are empty until the data are loaded. The bundle (version 6)
# would log warnings about these on the console, but draws the charts correctly.
_SNIPPET = """
const errorsAlone = 1;
const isEmptyRow = (key, value) => key === "row" && Object.keys(value).length === 0;
window.vegaEmbed = (element, given) => {
  const {$schema, ...spec} = given;
  const text = JSON.stringify(spec, (key, value) => isEmptyRow(key, value) ? undefined : value);
  return vegaEmbed(element, JSON.parse(text), {mode: "vega-lite", logLevel: errorsAlone});
};
"""


def write_template(path: Path) -> None:
    """Write the template.

    Args:
        path: the file to write; its folder is created if needed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(template(), encoding="utf-8", newline="\n")


def template() -> str:
    """Return a page with the libraries and DVC's placeholders for charts and refreshing."""
    return _TEMPLATE.replace("BUNDLE", vl_convert.javascript_bundle(_SNIPPET))


def main() -> None:
    """Read the command line and write the template."""
    parser = argparse.ArgumentParser(
        prog="python -m latentmaps.tools.offline_plots",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("target", type=Path, metavar="TARGET.html", help="written: the template")
    write_template(parser.parse_args().target)


if __name__ == "__main__":
    main()
