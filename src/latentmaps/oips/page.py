"""Set the page of a layer: an overview of its feature maps, and a row with all about each.

One file with everything in it, as the report is. A small script filters, sorts and finds maps;
without it all are there, in the order of their numbers. A tile of the overview shows the picture of
its row again (SVG ``use``), so every picture is in the file once.
"""

import pandas as pd
from markupsafe import Markup

from latentmaps.oips import oip, page_rows
from latentmaps.oips.layer import LayerResults
from latentmaps.pages import html_page

# CSS pixels
_PIXEL, _SMALLEST_PATTERN = 5, 60
_MEDIANS = ("ratio", "ratio_in_range")
# of the filter: least ratio, the ratio above -> what the filter says
_RATIO_BOUNDS = {
    (0, 1): "below 1",
    (1, 2): "1 to 2",
    (2, 4): "2 to 4",
    (4, ""): "4 and more",
}


def render(found: LayerResults) -> str:
    """Return the page.

    Args:
        found: the results of the layer.
    """
    environment = html_page.environment("latentmaps.oips")
    script, style = (environment.get_template(name).render() for name in ("oips.js", "oips.css"))
    table = found.table
    return environment.get_template("oips.html.j2").render(
        layer_name=found.layer_name,
        params=found.params,
        seed=found.seed,
        pixel_range=found.oips.pixel_range,
        limit=found.grays.limit,
        size=found.grays.reachable_size,
        num_hidden=found.oips.free.images.shape[1] - found.grays.reachable_size,
        counts={status: int((table["status"] == status).sum()) for status in oip.STATUSES},
        names=found.names,
        pattern_size=_pattern_size(found),
        head_start_wins={
            "free": int(found.oips.free.from_head_start.sum()),
            "in_range": int(found.oips.in_range.from_head_start.sum()),
        },
        medians={name: page_rows.number(table[name].median()) for name in _MEDIANS},
        path=_count_paths(table),
        bounds=_RATIO_BOUNDS,
        rows=[page_rows.row(found, index) for index in range(len(table))],
        # our own texts; the page allows these two and no others
        script=Markup(script),  # noqa: S704
        script_hash=html_page.source_hash(script),
        style=Markup(style),  # noqa: S704
        style_hash=html_page.source_hash(style),
    )


def _pattern_size(found: LayerResults) -> int:
    """Return the edge of an elementary pattern on the page, CSS pixels; a multiple of its own."""
    if found.elementary is None:
        return 0
    size = int(found.elementary.images.shape[1])
    return size * max(_PIXEL, -(-_SMALLEST_PATTERN // size))


def _count_paths(table: pd.DataFrame) -> dict[str, int]:
    """Return how many OIPs are, to the layer below, more like the strongest digit than chance.

    Free and in range; ``known``: of so many maps. All are 0 for the first layer.
    """
    random = table["path_random_digit"]
    return {
        "free": int((table["path_correlation"] > random).sum()),
        "in_range": int((table["path_correlation_in_range"] > random).sum()),
        "known": int(table["path_correlation"].notna().sum()),
    }
