"""Holes with eyes behind them, and rigid masks of plastic."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from vultus.data.rendered_people import rendered_people
from vultus.errors import InputError, UnsupportedError
from vultus.image import load
from vultus.people.capture.simulated import Simulated
from vultus.people.identity import Identity
from vultus.people.labels.regions import REGIONS
from vultus.people.sampling import draw_identity
from vultus.people.scene import Scene
from vultus.people.shapes import Materials, Mesh, Part, Rendered, Sculpture, Strands
from vultus.people.spoofs import signatures
from vultus.people.spoofs.cut_out import CutOut, cut_out
from vultus.people.spoofs.mask3d import Mask3d, mask3d, masked, masked_scene, plastic
from vultus.people.spoofs.printed import Printed
from vultus.people.spoofs.recapture import Recapture
from vultus.people.spoofs.sheet import Placing
from vultus.types import Image

EYES = np.array([(139.0, 150.0), (186.0, 150.0)])  # about, in the packaged frontal pictures
CUT = CutOut(Printed(width_mm=110, gloss=0, light_fall=0, placing=Placing(1.05, 4, 3, 2), recapture=Recapture(size=448)))


@cache
def face() -> Image:
    return load(next(path for _, path in rendered_people() if path.stem == "frontal"))


@cache
def cut(holes: bool) -> Simulated:
    return cut_out(face(), EYES, CUT if holes else CUT.without_holes(), np.random.default_rng(0))


def test_the_rim_is_bright() -> None:
    outlines = cut(True).predicted["holes"]
    rims = [signatures.cut_rim(cut(holes).image, outlines) for holes in (True, False)]
    assert rims[0] > signatures.RIM_LEVELS > rims[1]


def test_live_eyes_have_no_dots() -> None:
    plain = np.full_like(face(), 150)
    calm = []
    for holes in (CUT, CUT.without_holes()):
        made = cut_out(plain, EYES, holes, np.random.default_rng(0))
        calm.append(signatures.eye_calm(made.image, made.predicted["holes"]))
    assert calm[0] > 10 > 1 > abs(calm[1])


def test_only_the_surroundings_of_the_eyes_change() -> None:
    changed = np.abs(cut(True).image.astype(int) - cut(False).image).max(-1) > 40
    rows, columns = np.nonzero(changed)
    holes = cut(True).predicted["holes"]
    assert len(rows) > 100
    assert holes[..., 0].min() - 12 < columns.min() and columns.max() < holes[..., 0].max() + 12
    assert holes[..., 1].min() - 12 < rows.min() and rows.max() < holes[..., 1].max() + 12


def test_the_eyes_behind_are_those_of_the_other_picture() -> None:
    green = np.zeros_like(face())
    green[..., 1] = 200
    made = cut_out(face(), EYES, replace(CUT, shadow=0.0), np.random.default_rng(0), live=green, live_eyes=EYES)
    for outline in made.predicted["holes"]:
        x, y = outline.mean(0).astype(int)
        assert made.image[y, x, 1] > 150 > 60 > made.image[y, x, 0]


def test_bad_eyes_are_refused() -> None:
    for eyes in (EYES[:1], EYES * 4, np.array([(100.0, 100.0), (102.0, 100.0)])):
        with pytest.raises(InputError, match="eyes"):
            cut_out(face(), eyes, CUT, np.random.default_rng(0))
    with pytest.raises(InputError, match="hole"):
        CutOut(hole=(2.0, 0.1))


def materials() -> Materials:
    rng = np.random.default_rng(0)
    region = np.zeros((16, 16), np.uint8)
    region[:8] = REGIONS.index("skin")
    region[8:12] = REGIONS.index("right_eyelid")
    region[12:] = REGIONS.index("cloth")
    size = (16, 16)
    return Materials(rng.uniform(0, 1, (*size, 3)).astype(np.float32), rng.normal(0, 0.1, (*size, 3)).astype(np.float32),
                     np.ones(size, np.float32), np.ones(size, np.float32), region, np.zeros((2, 4, 4, 3), np.float32),
                     np.zeros((2, 4, 4), np.float32))


def sculpture(turn: np.ndarray | None = None) -> Sculpture:
    """A plane of skin 10 mm before the eyes' centres, and lashes and brows."""
    rotation = np.eye(3, dtype=np.float32) if turn is None else turn.astype(np.float32)
    grid = np.stack(np.meshgrid(np.arange(-80, 81, 2.0), np.arange(-60, 61, 2.0)), -1).reshape(-1, 2)
    vertices = np.concatenate([grid, np.full((len(grid), 1), 10.0)], 1).astype(np.float32) @ rotation.T
    count = len(vertices) - 2
    triangles = np.stack([np.arange(count), np.arange(count) + 1, np.arange(count) + 2], 1).astype(np.int32)
    skin = Mesh(vertices, np.zeros_like(vertices), triangles, np.zeros((count, 3, 2), np.float32), np.full(count, Part.SKIN, np.uint8),
                np.zeros((count, 3), np.float32), np.zeros(count, np.float32), np.ones(count, np.float32))
    hairs = tuple(Strands(np.zeros((1, 2, 3), np.float32), np.zeros((1, 3), np.float32), np.ones(1, np.float32), part)
                  for part in (Part.LASHES, Part.BROWS, Part.BEARD))
    centres = np.array([(-31.0, 0, 0), (31.0, 0, 0)], np.float32) @ rotation.T
    return Sculpture((skin,), hairs, materials(), rotation, centres, np.array([(0, 0, 1.0)] * 2, np.float32) @ rotation.T)


def test_plastic_is_of_one_colour_and_leaves_lids_and_cloth() -> None:
    before, after = materials(), plastic(materials(), Mask3d(plastic=0.8, relief=0.25, gloss=2.0))
    assert np.allclose(after.albedo[:8].std((0, 1)), 0.2 * before.albedo[:8].std((0, 1)), rtol=1e-3)
    assert np.array_equal(after.albedo[8:], before.albedo[8:])
    assert np.allclose(after.relief[:8], before.relief[:8] * 0.25) and (after.gloss[:8] == 2.0).all()
    assert not after.blood[:8].any() and after.blood[8:].all()


@pytest.mark.parametrize("degrees", [0.0, 30.0])
def test_rims_lie_on_the_skin_around_the_eyes_whichever_way_the_head_turns(degrees: float) -> None:
    yaw = np.radians(degrees)
    turn = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    made = masked(sculpture(turn), Mask3d(hole_mm=(17, 10)))
    assert [each.part for each in made.strands] == [Part.BROWS]
    assert len(made.meshes) == 3
    for rim, centre in zip(made.meshes[1:], ((-31, 0), (31, 0)), strict=True):
        at = rim.vertices @ turn.astype(np.float32)
        assert np.allclose(at[:, :2].mean(0), centre, atol=0.1)
        assert at[:, 2].min() > 7.5 and at[:, 2].max() < 12
        assert at[:, 0].max() - at[:, 0].min() == pytest.approx(2 * 17 * 1.32, rel=0.01)
        assert (rim.part == Part.MASK).all() and np.allclose(np.linalg.norm(rim.normals, axis=1), 1, atol=1e-5)
        top = rim.normals @ turn.astype(np.float32)
        assert top[48 * 2:48 * 3, 2].mean() > 0.3  # the ridge looks out


class Recording:
    """A studio that keeps what it is asked to draw."""

    def __init__(self) -> None:
        self.scenes: list[Scene] = []
        self.sculptures: list[Sculpture] = []

    @property
    def renderer(self) -> Recording:
        return self

    def sculpture(self, scene: Scene) -> Sculpture:
        return sculpture()

    def render(self, built: Sculpture, scene: Scene) -> Rendered:
        self.scenes.append(scene)
        self.sculptures.append(built)
        return Rendered(np.zeros((8, 8, 3), np.uint8), None)  # type: ignore[arg-type]


def test_a_mask_has_the_identity_s_shape_the_wearer_s_eyes_and_no_expression() -> None:
    victim, wearer = draw_identity(1), draw_identity(2)
    scene = Scene(victim, actions={"jawOpen": 0.7}, blink=0.4, pulse=0.5)
    studio = Recording()
    made = mask3d(scene, Mask3d(), studio, wearer=wearer)
    shown: Identity = studio.scenes[0].identity
    assert dict(studio.scenes[0].actions) == {} and studio.scenes[0].blink == 0 and studio.scenes[0].pulse == 0
    assert shown.local == victim.local and shown.phenotype == victim.phenotype
    assert shown.eyes == wearer.eyes and shown.hair == wearer.hair and shown.beard.style == "none"
    assert len(studio.sculptures[0].meshes) == 3
    assert made.record()["drawn"] == {"identity": victim.id, "wearer": wearer.id}
    assert masked_scene(scene) == masked_scene(replace(scene, actions={}))


def test_a_photograph_is_not_enough() -> None:
    with pytest.raises(UnsupportedError, match="Scene"):
        mask3d(face(), Mask3d(), Recording())  # type: ignore[arg-type]
    with pytest.raises(InputError, match="gloss"):
        Mask3d(gloss=-1)


def test_movement_is_that_of_the_middle() -> None:
    still = np.full((40, 40, 3), 100, np.uint8)
    edge, middle = still.copy(), still.copy()
    edge[:8] = 200
    middle[16:24, 16:24] = 200
    assert signatures.movement(still, edge) == 0
    assert signatures.movement(still, middle) == pytest.approx(100 * 64 / 400)
