"""Worn things on rendered people: glasses before the eyes and on the ears, masks over nose, mouth and chin, hats over the skull."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vultus.people.basis import HeadBasis, Posed
from vultus.people.identity import GLASSES_STYLES, Identity
from vultus.people.sampling import draw_identity
from vultus.people.scene import MASKS, OCCLUDERS, Occluder, Pose, Scene, Worn
from vultus.people.shapes import Mesh, Part
from vultus.people.skin.neckline import below_neckline
from vultus.people.wear.collar import INSIDE_MM, THICK_MM
from vultus.people.wear.dresser import Dresser
from vultus.people.wear.fitting import EAR_LOW, EAR_TOP, LOBE, Fitting, Pattern
from vultus.people.wear.hats import COVERINGS

NOSE_TIP, MOUTH, CHIN, EYE = (0.0, -37.5, 43.5), (0.0, -68.0, 30.0), (0.0, -101.3, 23.7), (32.0, 0.0, 12.0)


def worn(dresser: Dresser, basis: HeadBasis, who: Identity, posed: Posed | None = None, **things: object) -> dict[int, Mesh]:
    """Meshes of a scene by part; clothing always, glasses only when asked for."""
    wear = Worn(**{"glasses": False, **things})  # type: ignore[arg-type]
    meshes = dresser.dress(Scene(who, worn=wear), posed or basis.pose(basis.shape(who)))
    return {int(mesh.part[0]): mesh for mesh in meshes}


def hides(mesh: Mesh, point: np.ndarray) -> bool:
    """Whether a triangle of the mesh lies before the point, seen along the camera's axis."""
    a, b, c = (mesh.vertices[mesh.triangles[:, i]].astype(np.float64) for i in range(3))

    def area(p: np.ndarray, q: np.ndarray, r: np.ndarray) -> np.ndarray:
        return (q[..., 0] - p[..., 0]) * (r[..., 1] - p[..., 1]) - (r[..., 0] - p[..., 0]) * (q[..., 1] - p[..., 1])

    whole = area(a, b, c)
    whole = np.where(np.abs(whole) < 1e-9, 1e-9, whole)
    w = np.stack([area(point, b, c), area(a, point, c), area(a, b, point)], 1) / whole[:, None]
    depth = w[:, 0] * a[:, 2] + w[:, 1] * b[:, 2] + w[:, 2] * c[:, 2]
    return bool(((w >= 0).all(1) & (depth > point[2] + 0.5)).any())


def split(mesh: Mesh, part: Part) -> np.ndarray:
    return mesh.vertices[np.unique(mesh.triangles[mesh.part == part])]


@pytest.mark.parametrize("style", GLASSES_STYLES)
def test_lenses_stand_before_the_eyes_and_temples_end_at_the_ears(basis: HeadBasis, pattern: Pattern, dresser: Dresser, person: Identity,
                                                                  style: str) -> None:
    assert person.glasses is not None
    who = replace(person, glasses=replace(person.glasses, style=style))
    posed = basis.pose(basis.shape(who))
    fit = Fitting(pattern, posed)
    mesh = worn(dresser, basis, who, posed, glasses=True)[Part.GLASSES]
    lens, frame = split(mesh, Part.LENS), split(mesh, Part.GLASSES)
    for side in (0, 1):
        eye = posed.vertices[basis.eyes[side]]
        before = lens[np.sign(lens[:, 0]) == np.sign(posed.eye_centres[side, 0])]
        assert 8 < before[:, 2].mean() - eye[:, 2].max() < 22  # mm between cornea and lens
        assert before[:, :2].min(0)[0] < posed.eye_centres[side, 0] < before[:, :2].max(0)[0]
        assert before[:, 1].min() < posed.eye_centres[side, 1] < before[:, 1].max()
    for side in (1, -1):
        for place, limit in ((EAR_TOP, 7.0), (EAR_LOW, 7.0)):
            assert np.linalg.norm(frame - fit.at(place, side), axis=1).min() < limit
    nose = fit.surface[(np.abs(fit.surface[:, 0]) < 5) & (np.abs(fit.surface[:, 1] + 2) < 9) & (fit.surface[:, 2] > 15)]
    assert np.linalg.norm(frame[:, None] - nose[None], axis=2).min() < 4  # it rests on the nose, whose vertices lie 5 mm apart
    alpha = mesh.alpha[mesh.part == Part.LENS]
    assert (alpha < 0.2).all() and (mesh.alpha[mesh.part == Part.GLASSES] == 1).all()


def test_glasses_of_a_symmetric_head_are_symmetric(basis: HeadBasis, dresser: Dresser, person: Identity) -> None:
    mesh = worn(dresser, basis, person, glasses=True)[Part.GLASSES]
    mirrored = mesh.vertices * np.array([-1, 1, 1], np.float32)
    nearest = [np.linalg.norm(mesh.vertices - point, axis=1).min() for point in mirrored[::9]]
    assert max(nearest) < 0.6


@pytest.mark.parametrize("seed", [2, 9, 17, 31])
def test_glasses_do_not_cut_into_the_face(basis: HeadBasis, pattern: Pattern, dresser: Dresser, person: Identity, seed: int) -> None:
    who = replace(draw_identity(seed), glasses=person.glasses)
    posed = basis.pose(basis.shape(who), {"cheekSquintLeft": 0.5}, Pose(25, -8, 4))
    fit = Fitting(pattern, posed)
    mesh = worn(dresser, basis, who, posed, glasses=True)[Part.GLASSES]
    lens = (split(mesh, Part.LENS) - posed.shift) @ posed.turn
    for point in lens[::5]:
        near = fit.surface[(np.abs(fit.surface[:, :2] - point[:2]) < 3).all(1) & (fit.surface[:, 2] > -10)]
        assert not len(near) or near[:, 2].max() < point[2] + 0.3


@pytest.mark.parametrize("tint", [0.0, 0.9])
def test_tint_darkens_the_lenses(basis: HeadBasis, dresser: Dresser, person: Identity, tint: float) -> None:
    assert person.glasses is not None
    who = replace(person, glasses=replace(person.glasses, tint=tint))
    mesh = worn(dresser, basis, who, glasses=True)[Part.GLASSES]
    assert (mesh.alpha[mesh.part == Part.LENS].mean() > 0.5) == (tint > 0.5)


@pytest.mark.parametrize("kind", [kind for kind in MASKS if kind != "none"])
@pytest.mark.parametrize("jaw", [0.0, 0.7])
def test_a_mask_covers_nose_mouth_and_chin_but_not_the_eyes(basis: HeadBasis, pattern: Pattern, dresser: Dresser, person: Identity,
                                                            kind: str, jaw: float) -> None:
    posed = basis.pose(basis.shape(person), {"jawOpen": jaw})
    mesh = worn(dresser, basis, person, posed, mask=kind)[Part.MASK]
    for place in (NOSE_TIP, MOUTH, CHIN):
        assert hides(mesh, posed.vertices[pattern.vertex(place)])
    for side in (1, -1):
        assert not hides(mesh, posed.vertices[pattern.vertex(EYE, side)])
        assert np.linalg.norm(mesh.vertices - posed.vertices[pattern.vertex(EAR_LOW, side)], axis=1).min() < 8  # loops round the ears


@pytest.mark.parametrize("hat", list(COVERINGS))
@pytest.mark.parametrize("seed", [6, 9])
def test_a_hat_lies_over_the_skull_and_leaves_the_face_free(basis: HeadBasis, pattern: Pattern, dresser: Dresser, seed: int,
                                                            hat: str) -> None:
    who = draw_identity(seed)
    posed = basis.pose(basis.shape(who), pose=Pose(30, 5, 2))
    fit = Fitting(pattern, posed)
    mesh = worn(dresser, basis, who, posed, hat=hat)[Part.HAT]
    local = (mesh.vertices - posed.shift) @ posed.turn
    top = local[(local[:, 1] > 60) & (local[:, 2] < 10)]
    assert len(top) > 60 and fit.skull.depth(top.astype(np.float32)).min() > 1.2
    assert top[:, 1].max() > fit.surface[:, 1].max() + 3
    front = basis.pose(basis.shape(who))
    straight = worn(dresser, basis, who, front, hat=hat)[Part.HAT]
    for place in (NOSE_TIP, MOUTH, EYE):
        assert not hides(straight, front.vertices[pattern.vertex(place)])
    assert hides(straight, front.vertices[pattern.vertex((0.0, 85.0, 5.0))])


def test_earrings_hang_from_the_lobes(basis: HeadBasis, pattern: Pattern, dresser: Dresser, person: Identity) -> None:
    for seed in range(4):
        who = replace(person, hair=replace(person.hair, seed=seed))
        posed = basis.pose(basis.shape(who), pose=Pose(-20))
        mesh = worn(dresser, basis, who, posed, earrings=True)[Part.EARRING]
        for side in (1, -1):
            assert np.linalg.norm(mesh.vertices - posed.vertices[pattern.vertex(LOBE, side)], axis=1).min() < 4


@pytest.mark.parametrize("neckline", [0.0, 0.5, 1.0])
def test_clothing_is_a_shell_cut_along_the_neckline(basis: HeadBasis, dresser: Dresser, person: Identity, neckline: float) -> None:
    posed = basis.pose(basis.shape(person))
    mesh = worn(dresser, basis, person, posed, neckline=neckline)[Part.CLOTH]
    depth = below_neckline(basis.template, neckline)
    bare = posed.vertices[np.unique(basis.triangles[basis.part == Part.SKIN])]
    gap = [np.linalg.norm(bare - point, axis=1).min() for point in mesh.vertices[:: len(mesh.vertices) // 60]]
    assert min(gap) > 0.5 and max(gap) < 40  # off the skin everywhere; vertices lie up to 30 mm apart on the chest
    edges = np.sort(np.concatenate([mesh.triangles[:, [0, 1]], mesh.triangles[:, [1, 2]], mesh.triangles[:, [2, 0]]]), 1)
    _, uses = np.unique(edges, axis=0, return_counts=True)
    assert uses.max() == 2  # no triangle twice
    deepest = basis.template[(depth > 0) & (np.abs(basis.template[:, 0]) < 10) & (basis.template[:, 2] > -70)]
    assert mesh.vertices[np.abs(mesh.vertices[:, 0]) < 10][:, 1].max() > deepest[:, 1].max() - 60
    assert THICK_MM > 0 > INSIDE_MM


@pytest.mark.parametrize("kind", OCCLUDERS)
@pytest.mark.parametrize("yaw", [0.0, 35.0])
def test_an_occluder_hides_the_point_it_is_placed_at(basis: HeadBasis, pattern: Pattern, dresser: Dresser, person: Identity, kind: str,
                                                     yaw: float) -> None:
    posed = basis.pose(basis.shape(person), pose=Pose(yaw))
    occluder = Occluder(kind, at_mm=(0.0, -65.0), size_mm=120.0)
    meshes = dresser.dress(Scene(person, worn=Worn(glasses=False), occluders=(occluder,)), posed)
    thing = meshes[-1]
    assert set(thing.part.tolist()) == {Part.OCCLUDER}
    assert hides(thing, posed.vertices[pattern.vertex((0.0, -65.0, 32.0))])
    if kind != "hand":  # its fingers reach the forehead
        assert not hides(thing, posed.vertices[pattern.vertex((0.0, 60.0, 22.0))])


def test_an_occluder_moves_with_its_place_and_size(basis: HeadBasis, dresser: Dresser, person: Identity) -> None:
    posed = basis.pose(basis.shape(person))

    def block(**changes: object) -> np.ndarray:
        settings = {"kind": "block", "at_mm": (0.0, 0.0), "size_mm": 40.0, **changes}
        return dresser.dress(Scene(person, worn=Worn(glasses=False), occluders=(Occluder(**settings),)), posed)[-1].vertices  # type: ignore[arg-type]

    assert np.ptp(block()[:, 0]) == pytest.approx(40, abs=0.1) and np.ptp(block(size_mm=80.0)[:, 1]) == pytest.approx(80, abs=0.1)
    assert np.allclose(block(at_mm=(20.0, -30.0))[:, :2].mean(0) - block()[:, :2].mean(0), [20, -30], atol=0.01)
    assert np.ptp(block(turn_deg=45.0)[:, 0]) == pytest.approx(40 * np.sqrt(2), abs=1.0)


def test_a_hand_has_the_persons_skin_colour(basis: HeadBasis, dresser: Dresser, person: Identity) -> None:
    posed = basis.pose(basis.shape(person))
    tones = [replace(person, skin=replace(person.skin, melanin=melanin)) for melanin in (0.05, 0.9)]
    light, dark = (dresser.dress(Scene(who, occluders=(Occluder("hand"),)), posed)[-1] for who in tones)
    assert light.colour[0].mean() > 3 * dark.colour[0].mean()


def test_the_same_scene_gives_the_same_bytes(basis: HeadBasis, dresser: Dresser, person: Identity) -> None:
    posed = basis.pose(basis.shape(person), {"jawOpen": 0.3}, Pose(15, 5, -3))
    wear = Worn(hat="cap", mask="surgical", earrings=True)
    scene = Scene(person, worn=wear, occluders=(Occluder("hand"), Occluder("scarf")))
    first = dresser.dress(scene, posed)
    dresser.dress(Scene(draw_identity(1)), basis.pose(basis.shape(draw_identity(1))))
    second = Dresser(HeadBasis.load()).dress(scene, posed)
    assert len(first) == len(second) == 7
    for one, two in zip(first, second, strict=True):
        assert one.vertices.tobytes() == two.vertices.tobytes() and one.triangles.tobytes() == two.triangles.tobytes()
    for mesh in first:
        assert np.isfinite(mesh.vertices).all() and mesh.triangles.max() < len(mesh.vertices)
        assert np.allclose(np.linalg.norm(mesh.normals, axis=1), 1, atol=1e-3)
        assert mesh.vertices.dtype == np.float32 and mesh.triangles.dtype == np.int32 and mesh.uv.shape == (*mesh.triangles.shape, 2)
