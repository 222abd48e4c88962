"""How often a stranger finds somebody in a gallery: the open-set part of a calibration."""

from __future__ import annotations

from dataclasses import dataclass

from vultus.decide.checked import is_count, is_number
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
        if not (is_count(self.gallery, 1) and is_number(self.supported_to) and isinstance(self.fpir, tuple)
                and isinstance(self.fpir_upper, tuple) and all(is_number(rate, 0, 1) for rate in (*self.fpir, *self.fpir_upper))):
            raise InputError("calibration.search", expected="a gallery of >= 1 templates, and rates in 0..1", got="something else")
        falling = all(a >= b >= 0 for a, b in zip(self.fpir, self.fpir[1:], strict=False))
        limits = all(a >= b > 0 for a, b in zip(self.fpir_upper, self.fpir_upper[1:], strict=False))
        if not falling or not limits or len(self.fpir) != len(self.fpir_upper):
            raise InputError("calibration.search", expected="falling rates, and as many falling limits above 0",
                             got=f"gallery {self.gallery}, {len(self.fpir)} rates, {len(self.fpir_upper)} limits")
