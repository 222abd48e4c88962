"""The plots of reports, as SVG files that need no script and no network.

Scales: `log` is the decimal logarithm; `probit` is the normal deviate of a rate, on which the errors of two normal score
distributions lie on a straight line (Martin et al., "The DET curve in assessment of detection task performance", Eurospeech 1997).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError
from vultus.runtime.atomic_file import write_bytes

if TYPE_CHECKING:
    import pygal

Scale = Literal["linear", "log", "probit"]
Curve = tuple[Any, Any]
PROBIT_TICKS = (1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.99, 0.999)
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#555555")  # Okabe and Ito, safe for colour-blind readers
MAX_POINTS = 400  # a curve; more cannot be seen and only make the file large


def curves(path: Path, series: Mapping[str, Curve], *, title: str, x_title: str, y_title: str, x_scale: Scale = "linear",
           y_scale: Scale = "linear", dots: bool = False) -> Path:
    """Draw lines into an SVG file.

    Args:
        path: file to write.
        series: name -> (x, y), each (n,); points that are not finite on their scale are left out.
        dots: points without lines.

    Raises:
        InputError: no series has a point that can be drawn.
    """
    drawn = {name: _placed(x, y, x_scale, y_scale) for name, (x, y) in series.items()}
    points = np.concatenate([*drawn.values(), np.empty((0, 2))])
    if not len(points):
        raise InputError("series", expected="at least one point that the scales can show", got="none")
    chart = _chart(len(drawn), title=title, x_title=x_title, y_title=y_title, stroke=not dots, show_dots=dots, dots_size=2)
    chart.x_labels, chart.y_labels = _ticks(points[:, 0], x_scale), _ticks(points[:, 1], y_scale)
    for name, line in drawn.items():
        chart.add(name, [tuple(map(float, point)) for point in line])
    return _write(path, chart)


def histogram(path: Path, groups: Mapping[str, NDArray[Any]], *, title: str, x_title: str, bins: int = 60,
              marks: Mapping[str, float] | None = None) -> Path:
    """Draw the distributions of groups of values, each as shares of its own group, over common bins.

    Args:
        groups: name -> values (n,).
        marks: name -> value where a vertical line stands, e.g. a threshold.
    """
    values = {name: np.asarray(group, np.float64)[np.isfinite(group)] for name, group in groups.items()}
    everything = np.concatenate([*values.values(), np.empty(0)])
    if not everything.size:
        raise InputError("groups", expected="at least one finite value", got="none")
    low, high = float(everything.min()), float(everything.max())
    edges = np.linspace(low, high if high > low else low + 1, bins + 1)
    outlines: dict[str, Curve] = {}
    top = 0.0
    for name, group in values.items():
        if group.size:
            heights = np.histogram(group, edges)[0] / group.size
            top = max(top, float(heights.max()))
            outlines[name] = (np.repeat(edges, 2), np.concatenate([[0], np.repeat(heights, 2), [0]]))
    for name, value in (marks or {}).items():
        outlines[name] = (np.array([value, value]), np.array([0, top]))
    return curves(path, outlines, title=title, x_title=x_title, y_title="share of the group")


def _placed(x: Any, y: Any, x_scale: Scale, y_scale: Scale) -> NDArray[np.float64]:
    """Points (n, 2) in the coordinates of the scales, thinned to `MAX_POINTS`."""
    points = np.column_stack([_scaled(x, x_scale), _scaled(y, y_scale)])
    points = points[np.isfinite(points).all(axis=1)]
    if len(points) > MAX_POINTS:
        points = points[np.unique(np.linspace(0, len(points) - 1, MAX_POINTS).round().astype(int))]
    return points


def _scaled(raw: Any, scale: Scale) -> NDArray[np.float64]:
    values: NDArray[np.float64] = np.asarray(raw, np.float64)
    if scale == "linear":
        return values
    inside = (values > 0) & ((values < 1) if scale == "probit" else True)
    out = np.full(values.shape, np.nan)
    out[inside] = np.log10(values[inside]) if scale == "log" else np.array([NormalDist().inv_cdf(v) for v in values[inside]])
    return out


def _ticks(values: NDArray[np.float64], scale: Scale) -> list[dict[str, Any]]:
    """Round labels that span the values."""
    low, high = float(values.min()), float(values.max())
    if scale == "linear":
        step = _round_step(high - low)
        places = np.arange(np.floor(low / step), np.ceil(high / step) + 1) * step
        return [{"value": float(v), "label": f"{v:.6g}"} for v in places]
    if scale == "log":
        return [{"value": float(k), "label": f"{10.0 ** k:.6g}"} for k in range(int(np.floor(low)), int(np.ceil(high)) + 1)]
    marks = [(NormalDist().inv_cdf(rate), rate) for rate in PROBIT_TICKS]
    inside = [i for i, (place, _) in enumerate(marks) if low <= place <= high]
    first, last = (max(inside[0] - 1, 0), inside[-1] + 2) if inside else (0, len(marks))
    return [{"value": place, "label": f"{100 * rate:.6g} %"} for place, rate in marks[first:last]]


def _round_step(span: float) -> float:
    """1, 2 or 5 times a power of ten, about an eighth of the span."""
    if span <= 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(span / 8))
    return float(next((power * k for k in (1, 2, 5) if span / (power * k) <= 10), power * 10))


def _chart(lines: int, **options: Any) -> pygal.graph.graph.Graph:
    """An empty chart with room for the legend of so many lines."""
    import pygal
    from pygal.style import Style
    style = Style(background="#ffffff", plot_background="#ffffff", colors=COLOURS, font_family="sans-serif", title_font_size=16,
                  label_font_size=11, major_label_font_size=11, legend_font_size=12, guide_stroke_color="#dddddd",
                  major_guide_stroke_color="#dddddd", guide_stroke_dasharray="0")
    columns = min(lines, 4)
    short = -(-lines // columns) - lines // columns  # pygal leaves room for whole rows alone
    return pygal.XY(style=style, width=760, height=460, js=[], legend_at_bottom=True, legend_at_bottom_columns=columns, truncate_legend=-1,
                    margin=12, margin_bottom=12 + 20 * short, stroke_style={"width": 2}, explicit_size=True, no_prefix=True,
                    disable_xml_declaration=True, **options)


def _write(path: Path, chart: pygal.graph.graph.Graph) -> Path:
    svg = re.sub(r"<script\b.*?</script>", "", chart.render(is_unicode=True), flags=re.DOTALL)  # serves tooltips only
    write_bytes(path, svg.encode())
    return path
