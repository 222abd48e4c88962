"""The method as a whole: what is taken from where, the score against a loop, faults that lower it, and photographs' worth of -1."""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from vultus import registry
from vultus.data.rendered_people import rendered_people
from vultus.errors import InputError, UnknownNameError
from vultus.geometry import crop
from vultus.image import load
from vultus.quality import by_points as bp
from vultus.quality.catalogue import CATALOGUE, NAMES, entry
from vultus.quality.component import Component
from vultus.quality.components.method import CENTRE, DROP, RADII, ZONE, Components, Config
from vultus.quality.degraded import FAULTS, blurred, compressed, darker, degraded, smaller, turned
from vultus.quality.photometry import luminance
from vultus.quality.sharpness import sharpness
from vultus.types import Analysis, Crops, Faces, Image

BARE = Config(mesh="")


def textured(seed: int = 0, size: tuple[int, int] = (600, 600)) -> Image:
    rng = np.random.default_rng(seed)
    light = np.linspace(0.7, 1.1, size[1])[None, :, None]
    return np.clip(np.array([200, 150, 120]) * light + rng.normal(0, 12, (*size, 3)), 0, 255).astype(np.uint8)


class FixedMesh:
    """An analyser that finds one mesh on every face."""

    def __init__(self, mesh: np.ndarray) -> None:
        self.mesh = mesh

    def analyse(self, images, faces) -> Analysis:
        return Analysis({"landmarks_3d": np.stack([self.mesh] * sum(map(len, faces))).astype(np.float32)})


@pytest.fixture
def people() -> list[tuple[Image, Faces]]:
    pictures = [load(path) for _, path in rendered_people() if "frontal" in str(path)][:4]
    return list(zip(pictures, [found[:1] for found in registry.build("detect/centerface").detect(pictures)], strict=True))


def test_without_the_mesh_five_points_give_what_they_can(mesh, face_of) -> None:
    image, faces = textured(), face_of(mesh())
    (found,), = Components(BARE).assess([image], [faces])
    assert [each.name for each in found.components] == list(NAMES)
    for each in found.components:
        if each.name in bp.STANDARD or each.name.startswith("vultus."):
            assert 0 <= each.value <= 100 and each.algorithm.endswith("/five-points/1")
        else:
            assert (each.value, each.native, each.reason) == (-1, None, "the face mesh is switched off")
    assert found["InterEyeDistance"].native == pytest.approx(100, rel=1e-4)


def test_with_the_mesh_the_standards_components_come_from_it(mesh, face_of, monkeypatch) -> None:
    monkeypatch.setattr("vultus.quality.components.method.registry.build", lambda name, overrides: FixedMesh(mesh()))
    (found,), = Components(Config()).assess([textured()], [face_of(mesh())])
    sources = {each.algorithm.split("/")[2] for each in found.components if not each.name.startswith("vultus.")}
    assert sources == {"mesh"} and all(each.value >= 0 for each in found.components)


def test_a_missing_net_is_a_reason_and_is_looked_for_once(mesh, face_of, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("VULTUS_MODELS", str(tmp_path))
    components = Components(Config())
    for _ in range(2):
        (found,), = components.assess([textured()], [face_of(mesh())])
        assert "vultus models pull facemesh" in found["EyesOpen"].reason and found["HeadPoseYaw"].value >= 0
        monkeypatch.setattr(registry, "build", lambda *_: pytest.fail("looked for again"))


def test_no_faces_and_pictures_that_do_not_fit(mesh, face_of) -> None:
    components = Components(BARE)
    assert components.assess([textured()], [Faces.none((600, 600))]) == [()]
    with pytest.raises(InputError, match="one Faces for each of 1 pictures"):
        components.assess([textured()], [])
    with pytest.raises(InputError, match=r"images\[0\]"):
        components.assess([np.zeros((3, 4))], [Faces.none((3, 4))])  # type: ignore[list-item]
    (degenerate,), = components.assess([textured()], [Faces(np.zeros((1, 4)), np.ones(1), np.zeros((1, 5, 2)), (600, 600))])
    assert {each.value for each in degenerate.components} == {-1}


def test_five_point_components_follow_their_faults(mesh, face_of) -> None:
    image, face = textured(), face_of(mesh())

    def value(name: str, picture: Image, faces: Faces = face) -> int:
        return {each.name: each for each in bp.by_points(picture, faces, 0)}[name].value

    blurs = [image, *(cv2.GaussianBlur(image, (0, 0), s) for s in (2, 4, 8))]
    assert _falls([value("vultus.sharpness", each) for each in blurs])
    darks = [(image * factor).astype(np.uint8) for factor in (1, 0.5, 0.25, 0.1)]
    assert _falls([value("vultus.brightness", each) for each in darks]) and _falls([value("vultus.shades", each) for each in darks])
    assert _falls([value("vultus.not_underexposed", each) for each in darks])
    lights = [np.clip(image.astype(float) * factor, 0, 255).astype(np.uint8) for factor in (1, 1.3, 1.6, 3)]
    assert _falls([value("vultus.not_overexposed", each) for each in lights])
    for name in ("vultus.room_left", "vultus.room_right"):
        side = -1 if name.endswith("left") else 1
        assert _falls([value(name, image, face_of(mesh(centre=(300 + side * step, 300)))) for step in (0, 160, 200, 240)])
    assert _falls([value("vultus.confidence", image, face_of(mesh(), score=score)) for score in (0.95, 0.85, 0.75, 0.6)])
    shade = [np.clip(image * np.linspace(1 - k, 1 + k, 600)[None, :, None], 0, 255).astype(np.uint8) for k in (0.0, 0.4, 0.9)]
    assert _falls([value("vultus.even_light", each) for each in shade])


def test_face_size_and_neighbours(mesh, face_of) -> None:
    small, large = mesh(), mesh()
    small[:, :2] = (small[:, :2] - 300) / 6 + 100
    one, two = face_of(large), face_of(small)
    both = Faces(np.concatenate([one.boxes, two.boxes]), np.ones(2), np.concatenate([one.points, two.points]), (600, 600))
    first, second = ({each.name: each for each in bp.by_points(textured(), both, i)} for i in (0, 1))
    assert first["vultus.single_face"].native == pytest.approx(1 / 6, rel=1e-4) == second["vultus.single_face"].native
    assert second["vultus.face_size"].value < first["vultus.face_size"].value == 100


def _falls(values: list[int]) -> bool:
    return values == sorted(values, reverse=True) and values[0] - values[-1] > 10


def slow_score(image: Image, warp: np.ndarray) -> float:
    """The README's formula, pixel by pixel."""
    bright = luminance(image)
    counts = [0] * 256
    for y in range(150):
        for x in range(150):
            if ((x - CENTRE[0]) / RADII[0]) ** 2 + ((y - CENTRE[1]) / RADII[1]) ** 2 <= 1:
                counts[bright[y, x]] += 1
    entropy = -sum(c / sum(counts) * math.log2(c / sum(counts)) for c in counts if c)
    halves = []
    for start in (48, 101 - ZONE):
        steps = [0] * 32
        for y in range(47 + DROP if start == 48 else 46 + DROP, (47 if start == 48 else 46) + DROP + ZONE):
            for x in range(start, start + ZONE):
                steps[bright[y, x] // 8] += 1
        halves.append([s / ZONE ** 2 for s in steps])
    shared = sum(min(a, b) for a, b in zip(*halves, strict=True))
    eyes = math.hypot(101.9 - 48, 46.7 - 47.9) * math.hypot(warp[0, 0], warp[1, 0])
    step = [1 / (1 + math.exp((c - x) / w)) for x, c, w in ((eyes, 12, 3), (float(sharpness(image[None])[0]), 3.5, 0.7))]
    return (step[0] * step[1] * entropy / 8 * shared ** 0.3) ** 0.25


def test_the_score_is_the_formula(people) -> None:
    for image, faces in people:
        crops = crop(image, faces, "dlib-150")
        assert Components(BARE).score(crops).values[0] == pytest.approx(slow_score(crops.images[0], crops.warps[0]), abs=1e-5)


def test_the_score_refuses_what_is_no_crop(people) -> None:
    image, faces = people[0]
    with pytest.raises(InputError, match="dlib-150"):
        Components(BARE).score(crop(image, faces, "arcface-112"))
    with pytest.raises(InputError, match="samples"):
        Components(BARE).score(image)  # type: ignore[arg-type]


@pytest.mark.parametrize("fault", [lambda p: cv2.GaussianBlur(p, (0, 0), 5), lambda p: (p * 0.1).astype(np.uint8),
                                   lambda p: cv2.resize(p, None, fx=0.12, fy=0.12, interpolation=cv2.INTER_AREA),
                                   lambda p: (p * np.repeat([0.1, 1], p.shape[1] // 2)[None, :, None]).astype(np.uint8)])
def test_faults_lower_the_score(people, fault: Callable[[Image], Image]) -> None:
    components = Components(BARE)
    for image, faces in people:
        bad = fault(image)
        ratio = bad.shape[0] / image.shape[0]
        moved = Faces(faces.boxes * ratio, faces.scores, faces.points * ratio, bad.shape[:2])
        before, after = (components.score(crop(p, f, "dlib-150")).values[0] for p, f in ((image, faces), (bad, moved)))
        assert after < before


def test_a_mirrored_crop_scores_the_same_up_to_the_templates_asymmetry(people) -> None:
    for image, faces in people:
        crops = crop(image, faces, "dlib-150")
        mirrored = Crops(np.ascontiguousarray(crops.images[:, :, ::-1]), crops.warps, crops.template)
        one, two = (Components(BARE).score(each).values[0] for each in (crops, mirrored))
        assert one == pytest.approx(two, abs=0.05)


def test_the_catalogue_advises_in_the_right_direction() -> None:
    assert len(set(NAMES)) == len(NAMES) == len(CATALOGUE) == 28
    assert entry("HeadSize").advise(Component("HeadSize", 5, 0.2, "")).startswith("move closer")
    assert entry("HeadSize").advise(Component("HeadSize", 5, 0.9, "")).startswith("step back")
    assert "lift the chin" in entry("HeadPosePitch").advise(Component("HeadPosePitch", 5, -60.0, ""))
    assert "lower the chin" in entry("HeadPosePitch").advise(Component("HeadPosePitch", 5, 60.0, ""))
    assert "to the left" in entry("HeadPoseYaw").advise(Component("HeadPoseYaw", 5, 60.0, ""))
    assert entry("LuminanceMean").advise(Component("LuminanceMean", 5, 0.05, "")) == "use more light"
    assert entry("LuminanceMean").advise(Component("LuminanceMean", 5, 0.95, "")).startswith("use less light")
    for fine in (Component("EyesOpen", 50, 0.02, ""), Component.failed("EyesOpen", "", "no net")):
        assert entry("EyesOpen").advise(fine) == ""
    assert all(each.advise(Component(each.name, 0, 0.0, "")) for each in CATALOGUE)
    with pytest.raises(UnknownNameError, match="EyesOpen"):
        entry("EyeOpen")


def test_faulty_copies_are_what_they_say_and_come_again_from_the_same_seed(people) -> None:
    image = people[0][0]
    assert smaller(image, np.random.default_rng(0)).shape[0] <= image.shape[0] / 2
    assert darker(image, np.random.default_rng(0)).mean() < image.mean() / 1.9
    middle = np.s_[None, :, :image.shape[0]]
    assert sharpness(blurred(image, np.random.default_rng(3))[middle]) < sharpness(image[middle])
    assert blurred(image, np.random.default_rng(0)).std() < image.std()
    assert compressed(image, np.random.default_rng(0)).shape == image.shape == turned(image, np.random.default_rng(0)).shape
    assert {degraded(image[:50, :50], np.random.default_rng(seed))[0] for seed in range(40)} == set(FAULTS)
    assert np.array_equal(degraded(image, np.random.default_rng(7))[1], degraded(image, np.random.default_rng(7))[1])
