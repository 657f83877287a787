"""Render the page of a layer: an overview of its feature maps, and a detailed row for each.

The page is a single self-contained file, like the report. A small script filters, sorts and finds
maps; without the script, all rows are shown in the order of their indices. The tiles of the
overview reuse the pictures of the rows (SVG ``use``), so every picture is stored in the file only
once.
"""

import pandas as pd
from markupsafe import Markup

from latentmaps.oips import oip, page_rows
from latentmaps.oips.layer import LayerResults
from latentmaps.pages import html_page

# CSS pixels
_PIXEL, _SMALLEST_PATTERN = 5, 60
_MEDIANS = ("ratio", "ratio_in_range")
# (smallest ratio, upper bound) -> label of the filter
_RATIO_BOUNDS = {
    (0, 1): "below 1",
    (1, 2): "1 to 2",
    (2, 4): "2 to 4",
    (4, ""): "4 and more",
}


def render(results: LayerResults) -> str:
    """Render the page as HTML.

    Args:
        results: results of the layer.
    """
    environment = html_page.environment("latentmaps.oips")
    script, style = (environment.get_template(name).render() for name in ("oips.js", "oips.css"))
    table = results.table
    return environment.get_template("oips.html.j2").render(
        layer_name=results.layer_name,
        params=results.params,
        seed=results.seed,
        pixel_range=results.oips.pixel_range,
        limit=results.grays.limit,
        size=results.grays.reachable_size,
        num_hidden=results.oips.free.images.shape[1] - results.grays.reachable_size,
        counts={status: int((table["status"] == status).sum()) for status in oip.STATUSES},
        names=results.names,
        pattern_size=_pattern_size(results),
        head_start_wins={
            "free": int(results.oips.free.from_head_start.sum()),
            "in_range": int(results.oips.in_range.from_head_start.sum()),
        },
        medians={name: page_rows.number(table[name].median()) for name in _MEDIANS},
        pathway=_count_similar_pathways(table),
        bounds=_RATIO_BOUNDS,
        rows=[page_rows.row(results, index) for index in range(len(table))],
        # our own script and style sheet; the content security policy allows only these two
        script=Markup(script),  # noqa: S704
        script_hash=html_page.source_hash(script),
        style=Markup(style),  # noqa: S704
        style_hash=html_page.source_hash(style),
    )


def _pattern_size(results: LayerResults) -> int:
    """Return the displayed size of an elementary pattern in CSS pixels, a multiple of its size."""
    if results.elementary is None:
        return 0
    size = int(results.elementary.images.shape[1])
    return size * max(_PIXEL, -(-_SMALLEST_PATTERN // size))


def _count_similar_pathways(table: pd.DataFrame) -> dict[str, int]:
    """Count OIPs that, in the layer below, resemble the strongest digit more than random digits do.

    Returns:
        The counts ``free`` and ``in_range``, and ``known``, the number of maps that were compared;
        all three are 0 for the first layer.
    """
    random = table["path_random_digit"]
    return {
        "free": int((table["path_correlation"] > random).sum()),
        "in_range": int((table["path_correlation_in_range"] > random).sum()),
        "known": int(table["path_correlation"].notna().sum()),
    }
