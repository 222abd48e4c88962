"""Find faces: upright uint8 RGB pictures in, for each a `Faces` with boxes, confidences and five points, principal face first."""

import sys

from vultus import VerbModule

# `vultus.detect(pictures)` is the verb, `vultus.api.detect`.
sys.modules[__name__].__class__ = VerbModule
