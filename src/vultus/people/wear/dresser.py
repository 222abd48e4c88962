"""Everything worn and everything held before the face in one scene."""

from __future__ import annotations

from vultus.people.basis import HeadBasis, Posed
from vultus.people.scene import Scene
from vultus.people.shapes import Mesh
from vultus.people.wear.collar import collar_mesh
from vultus.people.wear.earrings import earring_mesh
from vultus.people.wear.fitting import Fitting, Pattern
from vultus.people.wear.glasses import glasses_mesh
from vultus.people.wear.hats import hat_mesh
from vultus.people.wear.masks import mask_mesh
from vultus.people.wear.occluders import occluder_mesh


class Dresser:
    """Dresses posed heads; build one per basis and keep it."""

    def __init__(self, basis: HeadBasis) -> None:
        self._pattern = Pattern(basis)

    def dress(self, scene: Scene, posed: Posed) -> tuple[Mesh, ...]:
        """Meshes of clothing, glasses, hat, mask, earrings and occluders of a scene on its posed head, in the scene's frame."""
        worn, identity = scene.worn, scene.identity
        fit = Fitting(self._pattern, posed)
        meshes = [collar_mesh(worn, self._pattern, posed.vertices, posed.normals)]
        if worn.glasses and identity.glasses is not None:
            meshes.append(glasses_mesh(identity.glasses, fit))
        if worn.hat != "none":
            meshes.append(hat_mesh(worn, fit))
        if worn.mask != "none":
            meshes.append(mask_mesh(worn, fit))
        if worn.earrings and worn.hat != "headscarf":
            meshes.append(earring_mesh(identity, fit))
        meshes += [occluder_mesh(each, identity.skin, fit, posed.vertices) for each in scene.occluders]
        return tuple(meshes)
