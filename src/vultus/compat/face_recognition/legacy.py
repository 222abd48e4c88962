"""The packaged network on faces cut as face_recognition cuts them, so that new encodings compare with stored ones.

face_recognition cuts by dlib's five points (eye corners and nose base, padding 0.25) and runs the network once; ours puts the detector's
points onto the template `dlib-150-legacy`. Two aligners never cut the same, so the space has its own name and its own measured errors:
`vultus bench core/compat`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError
from vultus.gallery.importers import LEGACY_SPACE
from vultus.types import Crops, Embeddings

if TYPE_CHECKING:
    from vultus.pipeline import Recogniser

TEMPLATE = "dlib-150-legacy"
ONE_RUN_SPACE = "dlib-resnet29/dlib-150"  # the default recogniser without the mirror image


class LegacyDlib:
    """Templates of `LEGACY_SPACE`. Satisfies `vultus.tasks.Embedder`.

    Args:
        threads: CPU threads; None = all.
        micro_batch: crops in one run of the network.
    """

    template = TEMPLATE
    space = LEGACY_SPACE

    def __init__(self, *, threads: int | None = None, micro_batch: int = 8) -> None:
        self.threads, self.micro_batch = threads, micro_batch
        self._network: Any = None

    def __repr__(self) -> str:
        return f"LegacyDlib(threads={self.threads}, micro_batch={self.micro_batch})"

    def embed(self, crops: Crops) -> Embeddings:
        """One unit vector of 128 numbers a crop of template `dlib-150-legacy`."""
        return Embeddings.normalised(self.raw(crops), LEGACY_SPACE)

    def raw(self, crops: Crops) -> NDArray[np.float64]:
        """The network's outputs as they are, float64 (n, 128): what face_recognition calls encodings.

        Raises:
            InputError: crops of another template.
        """
        if crops.template != TEMPLATE:
            raise InputError("crops", expected=f"template {TEMPLATE!r}", got=f"template {crops.template!r}",
                             hint=f"cut them with vultus.geometry.crop(image, faces, {TEMPLATE!r})")
        if not len(crops):
            return np.empty((0, 128))
        return np.asarray(self._session().batch_run(crops.images, self.micro_batch)["features"], np.float64)

    def _session(self) -> Any:
        if self._network is None:
            from vultus import registry
            self._network = registry.build("embed/dlib_resnet", overrides={"flip": False, "threads": self.threads})
        return self._network.session


def legacy_recogniser(*, threads: int | None = None, batch: int = 16) -> Recogniser:
    """A recogniser for a gallery of imported face_recognition encodings, to hand to `vultus.identify(..., recogniser=)`."""
    from vultus.pipeline import Recogniser
    return Recogniser("centerface", LegacyDlib(threads=1), threads=threads, batch=batch)


def recogniser_for(space: str | None, embedder: str | None = None) -> Recogniser:
    """The recogniser for a gallery.

    Args:
        space: of the gallery, None when it is empty: the legacy recogniser for imported encodings, the net of the store that the space
            names (an imported one, for example), else the default one.
        embedder: a method of task `embed` or a net, instead.
    """
    from vultus import pipeline, registry
    from vultus.runtime import store
    if embedder is not None:
        return pipeline.Recogniser(embedder=embedder)
    if space == LEGACY_SPACE:
        return legacy_recogniser()
    if space == ONE_RUN_SPACE:
        return pipeline.Recogniser(embedder=registry.build("embed/dlib_resnet", overrides={"flip": False, "threads": 1}))
    net = (space or "").partition("/")[0]
    default = pipeline.Recogniser()
    if space in (None, default.space) or not any(card.name == net and card.task == "embed" for card in store.cards()):
        return default
    return pipeline.Recogniser(embedder=net)
