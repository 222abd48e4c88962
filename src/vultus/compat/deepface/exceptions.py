"""Errors under the names of DeepFace: each is one of ours and a ValueError, so that existing `except ValueError` clauses hold.

What DeepFace would have computed and we do not (another model, a URL) raises `vultus.errors.UnsupportedError` alone, and a restricted
output without a purpose `PolicyError` alone: a clause that takes every ValueError for "no face" must not swallow those.
"""

from __future__ import annotations

from vultus.errors import ImageError, InputError


class ImgNotFound(ImageError, ValueError):
    """The picture is missing or cannot be read."""


class PathNotFound(ImageError, ValueError):
    """The folder to search does not exist."""


class FaceNotDetected(InputError, ValueError):
    """There is no face in the picture, and one was demanded."""

    code = "no_face"


class EmptyDatasource(InputError, ValueError):
    """The folder to search holds no picture."""


class DimensionMismatchError(InputError, ValueError):
    """A template has another length than those of this recogniser."""


class DataTypeError(InputError, ValueError):
    """The picture is of a type that is not read."""


class UnimplementedError(InputError, ValueError):
    """A setting has a value that DeepFace does not know either."""
