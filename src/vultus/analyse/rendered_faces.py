"""What the demonstrations of analysers share: the packaged rendered people with their faces, and the same mirrored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vultus import registry
from vultus.data.rendered_people import rendered_people
from vultus.image import load
from vultus.types import Faces, Image

MIRRORED = (1, 0, 2, 4, 3)  # image-left and image-right change places


@dataclass(frozen=True, eq=False)
class RenderedFaces:
    """Pictures with one face each, whose they are, and the same pictures and faces mirrored."""

    people: tuple[str, ...]
    images: tuple[Image, ...]
    faces: tuple[Faces, ...]

    def mirrored(self) -> RenderedFaces:
        """Every picture seen in a mirror, its face mirrored with it, not detected anew."""
        return RenderedFaces(self.people, tuple(np.ascontiguousarray(image[:, ::-1]) for image in self.images),
                             tuple(mirror(faces) for faces in self.faces))


def mirror(faces: Faces) -> Faces:
    """The faces as a mirror shows them."""
    width = faces.size[1]
    boxes = np.stack([width - faces.boxes[:, 2], faces.boxes[:, 1], width - faces.boxes[:, 0], faces.boxes[:, 3]], axis=1)
    points = faces.points[:, MIRRORED].copy()
    points[..., 0] = width - points[..., 0]
    return Faces(boxes, faces.scores, points, faces.size, faces.found_by)


def rendered_faces() -> RenderedFaces:
    """The packaged people: every view in which the packaged detector finds a face, with the principal one."""
    pictures = [(person, load(path)) for person, path in rendered_people()]
    found = registry.build("detect/centerface").detect([image for _, image in pictures])
    kept = [(person, image, faces[:1]) for (person, image), faces in zip(pictures, found, strict=True) if len(faces)]
    people, images, faces = zip(*kept, strict=True)
    return RenderedFaces(people, images, faces)
