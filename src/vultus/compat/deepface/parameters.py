"""Parameters that are refused, and those that are accepted and change nothing: said once per place in the caller's code."""

from __future__ import annotations

import math
import warnings

from vultus.compat.deepface.exceptions import UnimplementedError
from vultus.errors import InputError, UnsupportedError

NORMALIZATIONS = ("base", "raw", "Facenet", "Facenet2018", "VGGFace", "VGGFace2", "ArcFace")


class IgnoredParameterWarning(UserWarning):
    """A parameter was accepted and has no effect on templates."""


def no_anti_spoofing(asked: bool) -> None:
    """Refuse anti_spoofing=True."""
    if asked:
        raise UnsupportedError("anti_spoofing: the two nets that are here (guard/liveness_net, guard/antispoof_net) were measured and tell "
                               "attacks from people hardly better than chance, so no answer is given; leave it False and keep the check "
                               "that you have")


def checked_percentage(expand_percentage: int) -> int:
    """A share in percent, 0 or more; negative ones count as 0, as in DeepFace."""
    number = isinstance(expand_percentage, (int, float)) and not isinstance(expand_percentage, bool)
    if not number or not math.isfinite(expand_percentage):
        raise InputError("expand_percentage", expected="a number of percent", got=repr(expand_percentage))
    return max(0, int(expand_percentage))


def about_templates(*, align: bool, expand_percentage: int, normalization: str, silent: bool = False) -> None:
    """Warn where settings of DeepFace would have changed its templates; ours are always cut and scaled as the recogniser was calibrated.

    Raises:
        UnimplementedError: a normalization that DeepFace does not know either.
    """
    if normalization not in NORMALIZATIONS:
        raise UnimplementedError("normalization", expected=" or ".join(NORMALIZATIONS), got=repr(normalization))
    ignored = [name for name, given in (("align", not align), ("expand_percentage", expand_percentage > 0),
                                        ("normalization", normalization != "base")) if given]
    if ignored and not silent:
        warnings.warn(f"{', '.join(ignored)}: templates are cut by five points and scaled as their calibration was measured; "
                      "this changes nothing about them", IgnoredParameterWarning, stacklevel=4)


class UndecidedSearchWarning(UserWarning):
    """A search cannot name anybody, since no threshold is known for it."""


def undecided_search(reason: str) -> None:
    """Say why a search returns nobody."""
    warnings.warn(f"find names nobody: {reason}. With similarity_search=True it lists the nearest faces, with threshold= it cuts where "
                  "you say", UndecidedSearchWarning, stacklevel=4)
