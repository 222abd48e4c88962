"""How often a stranger finds somebody in a gallery: the open-set part of a calibration."""

from __future__ import annotations

from dataclasses import dataclass

from vultus.errors import InputError


@dataclass(frozen=True)
class SearchCurve:
    """False positive identification rate (FPIR) of non-mated searches in a gallery of one size, on the calibration's `scores`.

    Args:
        gallery: templates in the gallery.
        fpir: share of strangers whose best candidate is at or above each score, 0..1, falling.
        fpir_upper: one-sided 95 % upper limits, falling, never 0.
        supported_to: highest score at which the sample has enough errors to choose a threshold by.
    """

    gallery: int
    fpir: tuple[float, ...]
    fpir_upper: tuple[float, ...]
    supported_to: float

    def __post_init__(self) -> None:
        falling = all(a >= b >= 0 for a, b in zip(self.fpir, self.fpir[1:], strict=False))
        limits = all(a >= b > 0 for a, b in zip(self.fpir_upper, self.fpir_upper[1:], strict=False))
        if self.gallery < 1 or not falling or not limits or len(self.fpir) != len(self.fpir_upper):
            raise InputError("calibration.search", expected="a gallery of >= 1 templates, and falling rates with falling limits above 0",
                             got=f"gallery {self.gallery}, {len(self.fpir)} rates, {len(self.fpir_upper)} limits")
