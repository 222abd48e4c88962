"""Whole pipelines: read, find, align, describe and embed, batch by batch in bounded memory."""

from vultus.pipeline.recogniser import Recogniser
from vultus.pipeline.result import PictureResult

__all__ = ["PictureResult", "Recogniser"]
