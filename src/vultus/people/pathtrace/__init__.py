"""Path tracing with Mitsuba (extra `people`): reference pictures of the scenes that the rasteriser draws, with the same labels."""

from vultus.people.pathtrace.tracer import PathTracer

__all__ = ["PathTracer"]
