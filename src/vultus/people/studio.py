"""The studio: joins head basis, textures, hair and clothes into what is seen in a scene, and takes the picture with its labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from vultus.people.basis import HeadBasis, Posed
from vultus.people.hair import Grown, Hairdresser
from vultus.people.identity import Identity
from vultus.people.labels import Labels, Landmarks, label
from vultus.people.render.rasteriser import Rasteriser, compile_ahead
from vultus.people.scene import Camera, Scene, Worn
from vultus.people.scene_checks import check_identity, check_scene
from vultus.people.shapes import Float, Materials, Rendered, Sculpture
from vultus.people.skin.atlas import SkinAtlas
from vultus.people.wear.dresser import Dresser
from vultus.people.wear.hats import covering_of

# Up to this side of a picture (px): strands of scalp hair, side of the textures, whether the mesh is refined.
DETAIL = ((160, 6_000, 256, False), (320, 12_000, 512, False), (1 << 30, 24_000, 1024, True))


class Renderer(Protocol):
    """Draws what the studio built: the rasteriser or the path tracer."""

    def render(self, sculpture: Sculpture, scene: Scene) -> Rendered: ...


@dataclass(frozen=True, eq=False)
class Sitter:
    """What all pictures of a person at one level of detail share."""

    identity: Identity
    detail: int
    neutral: Float
    hair: Grown


class Studio:
    """Takes pictures of virtual people.

    It remembers the last person only, so that memory stays bounded; what it draws never depends on what it drew before.

    Args:
        renderer: the fast rasteriser by default; `pathtrace.PathTracer` for reference pictures.

    Example:
        >>> from vultus.people.sampling import draw_identity
        >>> picture = Studio().picture(Scene(draw_identity(7)))        # doctest: +SKIP
        >>> picture.image.shape                                        # doctest: +SKIP
        (256, 256, 3)
    """

    def __init__(self, renderer: Renderer | None = None) -> None:
        self.renderer: Renderer = renderer or Rasteriser()
        self._ready = False  # whether the loops are compiled
        self._sitter: Sitter | None = None
        self._materials: tuple[Identity, Worn, int, Materials] | None = None
        self._atlases: dict[int, SkinAtlas] = {}

    def __repr__(self) -> str:
        return f"Studio({self.renderer!r})"

    def picture(self, scene: Scene) -> Rendered:
        """The picture uint8 RGB and what each pixel shows; `labelled` gives points, boxes and parsing, too."""
        return self.renderer.render(self.sculpture(scene), scene)

    def labelled(self, scene: Scene) -> tuple[Rendered, Labels]:
        """The picture and everything that is exactly known about it."""
        sculpture, posed = self.build(scene)
        rendered = self.renderer.render(sculpture, scene)
        return rendered, label(scene, sculpture, rendered.buffers, posed, self._landmarks)

    def sculpture(self, scene: Scene) -> Sculpture:
        """Everything visible of the scene, expressed, turned, dressed."""
        return self.build(scene)[0]

    def build(self, scene: Scene) -> tuple[Sculpture, Posed]:
        """The sculpture and the posed head that it was built on. Raises InputError where a parameter is out of range."""
        check_scene(scene)
        finish = None if self._ready else compile_ahead()
        _, _, texture, refined = level(scene.camera)
        sitter = self.sitter(scene)
        posed = self.basis.pose(sitter.neutral, scene.actions, scene.pose, scene.gaze, scene.blink)
        mesh = self.basis.mesh(posed, refined)
        strands, caps = sitter.hair.pose(posed, covering_of(scene.worn))
        worn = self._dresser.dress(scene, posed)
        sculpture = Sculpture((mesh, *caps, *worn), strands, self.materials(scene.identity, scene.worn, texture), posed.turn,
                              posed.eye_centres, posed.eye_axes)
        if finish is not None:
            finish()
            self._ready = True
        return sculpture, posed

    def sitter(self, scene: Scene) -> Sitter:
        """What the person's pictures of this size share."""
        strands = level(scene.camera)[1]
        kept = self._sitter
        if kept is None or kept.detail != strands or kept.identity != scene.identity:
            check_identity(scene.identity)
            neutral = self.basis.shape(scene.identity)
            kept = self._sitter = Sitter(scene.identity, strands, neutral, self._hairdresser.grow(scene.identity, neutral, strands))
        return kept

    def materials(self, identity: Identity, worn: Worn, size: int) -> Materials:
        """Textures; made anew only when person, make-up or clothing change."""
        kept = self._materials
        if kept is None or kept[2] != size or kept[0] != identity or _look(kept[1]) != _look(worn):
            if size not in self._atlases:
                self._atlases[size] = SkinAtlas(self.basis, size)
            kept = self._materials = (identity, worn, size, self._atlases[size].materials(identity, worn))
        return kept[3]

    @cached_property
    def basis(self) -> HeadBasis:
        """The head basis, read on first use."""
        return HeadBasis.load()

    @cached_property
    def _landmarks(self) -> Landmarks:
        return Landmarks()

    @cached_property
    def _hairdresser(self) -> Hairdresser:
        return Hairdresser(self.basis)

    @cached_property
    def _dresser(self) -> Dresser:
        return Dresser(self.basis)


def level(camera: Camera) -> tuple[int, int, int, bool]:
    """The row of `DETAIL` for a picture."""
    return next(row for row in DETAIL if max(camera.width, camera.height) <= row[0])


def _look(worn: Worn) -> Mapping[str, object]:
    """What of the clothing is painted into the textures."""
    return {name: getattr(worn, name) for name in ("lipstick", "lipstick_colour", "eye_shadow", "clothing", "neckline")}
