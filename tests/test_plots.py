"""Plots: points land where the scale puts them, the files stand alone, and what cannot be drawn is refused."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from vultus.errors import InputError
from vultus.plots import MAX_POINTS, curves, histogram
from vultus.plots import _placed as placed


def _text(path: Path) -> str:
    svg = path.read_text("utf-8")
    ElementTree.fromstring(svg)
    return svg


def test_scales_place_points() -> None:
    rates = np.array([1e-3, 0.5, 0.9])
    assert placed(rates, rates, "log", "probit") == pytest.approx(
        np.array([[np.log10(r), NormalDist().inv_cdf(r)] for r in rates]))


def test_points_that_a_scale_cannot_show_are_left_out() -> None:
    assert len(placed([0, 0.1, 1, np.nan], [0.5] * 4, "probit", "linear")) == 1
    assert len(placed([-1, 0, 5], [1] * 3, "log", "linear")) == 1


def test_long_curves_are_thinned_and_keep_their_ends() -> None:
    points = placed(np.arange(10_000), np.arange(10_000), "linear", "linear")
    assert len(points) == MAX_POINTS and points[0, 0] == 0 and points[-1, 0] == 9999


def test_files_stand_alone_and_escape_names(tmp_path: Path) -> None:
    path = curves(tmp_path / "det.svg", {"<b>&": ([0.001, 0.01], [0.1, 0.05])}, title="DET", x_title="FMR", y_title="FNMR",
                  x_scale="probit", y_scale="probit")
    svg = _text(path)
    assert "<b>" not in svg and "&lt;b&gt;" in svg
    assert not re.search(r"<script[^>]+src=|href=\"http", svg)
    assert "0.1 %" in svg


@pytest.mark.parametrize("lines", [1, 3, 4, 5, 7])
def test_legends_stay_inside_and_equal_plots_are_equal_files(tmp_path: Path, lines: int) -> None:
    series = {f"line {k}": ([0.0, 1.0], [0.0, float(k)]) for k in range(1, lines + 1)}
    first, second = (curves(tmp_path / f"{n}.svg", series, title="t", x_title="x", y_title="y") for n in "ab")
    svg = _text(first)
    assert svg == _text(second) and "<script" not in svg
    top = float(re.search(r'transform="translate\([\d.]+, ([\d.]+)\)" class="legends"', svg).group(1))
    rows = [float(y) for y in re.findall(r'<rect x="[\d.]+" y="([\d.]+)" width="12"', svg)]
    assert len(rows) == lines and top + max(rows) + 12 <= 460


def test_histograms_show_shares_of_each_group(tmp_path: Path) -> None:
    path = histogram(tmp_path / "h.svg", {"mated": np.full(10, 0.9), "non-mated": np.linspace(0, 1, 50)}, title="t", x_title="cosine",
                     marks={"t_hi": 0.8})
    svg = _text(path)
    assert "t_hi" in svg and "non-mated" in svg


def test_nothing_to_draw_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="at least one point"):
        curves(tmp_path / "a.svg", {"a": ([0.0], [1.0])}, title="", x_title="", y_title="", x_scale="log")
    with pytest.raises(InputError, match="finite"):
        histogram(tmp_path / "a.svg", {"a": np.array([np.nan])}, title="", x_title="")
    assert not list(tmp_path.iterdir())
