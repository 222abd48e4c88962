"""The calls of face_recognition: signatures and results as tables, on drawn faces; one check of the real networks."""

from __future__ import annotations

import inspect
import io
import math

import numpy as np
import pytest

from vultus import decide
from vultus.compat import face_recognition as fr
from vultus.compat.face_recognition import comparing, landmarks
from vultus.compat.face_recognition.engine import Engine, jittered, use_engine
from vultus.compat.face_recognition.locations import faces_at
from vultus.decide.search import SearchEvidence, search_rule
from vultus.errors import ImageError, InputError, UnsupportedError, WeightsError
from vultus.gallery.importers.legacy_encodings import MEAN_DIRECTION, legacy_encodings
from vultus.geometry import TEMPLATES, similarity_warp
from vultus.image import encode_jpeg
from vultus.types import Analysis, Crops, Embeddings

# face_recognition 1.3.0, api.py: parameters in order, with defaults. compare_faces alone differs: None is our calibration, 0.6 is theirs.
PUBLISHED = {
    "load_image_file": [("file", None), ("mode", "RGB")],
    "face_locations": [("img", None), ("number_of_times_to_upsample", 1), ("model", "hog")],
    "batch_face_locations": [("images", None), ("number_of_times_to_upsample", 1), ("batch_size", 128)],
    "face_landmarks": [("face_image", None), ("face_locations", None), ("model", "large")],
    "face_encodings": [("face_image", None), ("known_face_locations", None), ("num_jitters", 1), ("model", "small")],
    "face_distance": [("face_encodings", None), ("face_to_compare", None)],
    "compare_faces": [("known_face_encodings", None), ("face_encoding_to_check", None), ("tolerance", None)],
}
LARGE = {"chin": 17, "left_eyebrow": 5, "right_eyebrow": 5, "nose_bridge": 4, "nose_tip": 5, "left_eye": 6, "right_eye": 6,
         "top_lip": 12, "bottom_lip": 12}
SMALL = {"nose_tip": 1, "left_eye": 2, "right_eye": 2}


def encoding(seed: int, spread: float = 0.06, length: float = 1.43) -> np.ndarray:
    """A made vector that lies where face_recognition's encodings lie."""
    mean = np.asarray(MEAN_DIRECTION, float)
    raw = mean / np.linalg.norm(mean) + np.random.default_rng(seed).normal(0, spread, 128)
    return raw / np.linalg.norm(raw) * length


class RawColours:
    """The raw encoding of a crop: the mean direction of encodings, bent by the mean colour."""

    def __init__(self) -> None:
        self.crops: list[Crops] = []

    def raw(self, crops: Crops) -> np.ndarray:
        self.crops.append(crops)
        means = crops.images.reshape(len(crops), -1, 3).mean(1) / 255 if len(crops) else np.empty((0, 3))
        rows = np.tile(np.asarray(MEAN_DIRECTION, float) / np.linalg.norm(MEAN_DIRECTION), (len(crops), 1))
        rows[:, :3] += means - 0.5
        return rows * 1.4


class DrawnMesh:
    """Mesh point k of a face lies k px right of its box's corner and 0.75 px below it."""

    def analyse(self, images, faces):
        corners = np.concatenate([found.boxes[:, :2] for found in faces])
        mesh = np.zeros((len(corners), 468, 3), np.float32)
        mesh[..., 0] = corners[:, :1] + np.arange(468)
        mesh[..., 1] = corners[:, 1:] + 0.75
        return Analysis({"landmarks_3d": mesh})


@pytest.fixture(autouse=True)
def drawn_engine(drawn_detector):
    """The functions run on drawn faces; the embedder is at hand as `.colours`."""
    drawn_detector.colours = RawColours()
    before = use_engine(Engine(drawn_detector, drawn_detector.colours, DrawnMesh()))
    yield drawn_detector
    use_engine(before)


@pytest.mark.parametrize("name", PUBLISHED)
def test_parameters_are_the_published_ones(name):
    found = inspect.signature(getattr(fr, name)).parameters.values()
    assert [(p.name, None if p.default is inspect.Parameter.empty else p.default) for p in found] == PUBLISHED[name]
    assert all(p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD for p in found)
    with pytest.raises(TypeError, match="unexpected keyword"):
        getattr(fr, name)(nonsense=1)


def test_locations_are_top_right_bottom_left_in_whole_pixels(drawn):
    image = drawn((200, 30, 30), (30, 200, 30))
    assert fr.face_locations(image) == [(20, 80, 80, 20), (20, 180, 80, 120)]
    assert all(type(side) is int for box in fr.face_locations(image, 0, "cnn") for side in box)
    assert fr.face_locations(drawn((0, 0, 0))) == []
    assert fr.face_locations(image[:, :, 0]) == fr.face_locations(image)


def test_boxes_are_trimmed_to_the_picture(drawn_engine, drawn, monkeypatch):
    from dataclasses import replace
    whole = type(drawn_engine).detect
    monkeypatch.setattr(type(drawn_engine), "detect", lambda self, images: [
        replace(faces, boxes=faces.boxes * 2 - 70) for faces in whole(self, images)])
    assert fr.face_locations(drawn((200, 30, 30))) == [(0, 90, 90, 0)]


def test_upsampling_enlarges_from_the_second_doubling_on(drawn_engine, drawn):
    image = drawn((200, 30, 30))
    boxes = [fr.face_locations(image, times) for times in (0, 1, 2, 3)]
    assert [call[0][0] for call in drawn_engine.calls] == [100, 200, 400]
    assert boxes[0] == boxes[1] == boxes[2] == boxes[3]


def test_several_pictures_of_different_sizes(drawn_engine, drawn):
    images = [drawn((200, 30, 30)), drawn((0, 0, 0)), drawn((30, 200, 30), (30, 30, 200))]
    assert fr.batch_face_locations(images, batch_size=2) == [fr.face_locations(image) for image in images]
    assert [len(call) for call in drawn_engine.calls] == [2, 1]
    assert fr.batch_face_locations([]) == []


def test_the_same_picture_is_searched_once_and_a_changed_one_again(drawn_engine, drawn):
    image = drawn((200, 30, 30))
    boxes = fr.face_locations(image)
    first = fr.face_encodings(image, boxes)
    assert len(drawn_engine.calls) == 1
    image[:] = 0
    assert fr.face_locations(image) == [] and len(drawn_engine.calls) == 2
    assert first[0].dtype == np.float64 and first[0].shape == (128,)


def test_encodings_are_raw_and_cut_in_the_legacy_alignment(drawn_engine, drawn):
    image = drawn((200, 30, 30), (30, 200, 30))
    rows = fr.face_encodings(image)
    assert isinstance(rows, list) and [row.shape for row in rows] == [(128,), (128,)]
    assert drawn_engine.colours.crops[-1].template == "dlib-150-legacy"
    assert all(abs(np.linalg.norm(row) - 1) > 0.2 for row in rows)
    swapped = fr.face_encodings(image, [(20, 180, 80, 120), (20, 80, 80, 20)])
    np.testing.assert_array_equal(swapped, rows[::-1])
    assert fr.face_encodings(drawn((0, 0, 0))) == [] and fr.face_encodings(image, []) == []


def test_a_location_without_a_face_still_gives_an_encoding_of_what_is_there(drawn_engine, drawn):
    image = drawn((200, 30, 30), (0, 0, 0))
    rows = fr.face_encodings(image, [(30, 170, 70, 130)])
    assert len(rows) == 1
    assert drawn_engine.colours.crops[-1].images.mean() < 20  # of the black half, not of the face


def test_points_of_a_location_come_from_the_face_in_it(drawn_engine, drawn):
    image = drawn((200, 30, 30), (30, 200, 30))
    engine = Engine(drawn_engine, drawn_engine.colours)
    found = drawn_engine.detect([image])[0]
    placed = faces_at([(25, 185, 85, 125)], image, engine)
    np.testing.assert_array_equal(placed.points[0], found.points[1])
    np.testing.assert_array_equal(placed.boxes[0], found.boxes[1])


def test_jitters_are_repeatable_and_their_mean_is_near_the_plain_encoding(drawn_engine, drawn):
    image = drawn((200, 30, 30))
    once, many = fr.face_encodings(image)[0], fr.face_encodings(image, num_jitters=9)[0]
    np.testing.assert_array_equal(many, fr.face_encodings(image, num_jitters=9)[0])
    assert len(drawn_engine.colours.crops[-1]) == 9
    assert 0 < np.linalg.norm(once - many) < 0.2


def test_jittered_warps_turn_about_the_middle_of_the_crop():
    warp = similarity_warp(np.array(TEMPLATES["dlib-150-legacy"].points)[None] * 2 + 5, "dlib-150-legacy")[0]
    moved = jittered(warp, 40, 150)
    np.testing.assert_allclose(moved[0], warp, atol=1e-9)
    middle = np.array([75, 75, 1])
    away = np.linalg.norm((moved - warp) @ middle, axis=1) / 2  # px of the crop: the warp doubles
    assert 0.5 < away[1:].mean() and away.max() <= math.hypot(2, 2) + 1e-9
    turns = np.degrees(np.arctan2(moved[:, 1, 0], moved[:, 0, 0]) - np.arctan2(warp[1, 0], warp[0, 0]))
    assert 2 < np.abs(turns).max() <= 3 + 1e-9


@pytest.mark.parametrize(("model", "wanted"), [("large", LARGE), ("small", SMALL)])
def test_landmarks_have_the_published_keys_and_counts(drawn, model, wanted):
    faces = fr.face_landmarks(drawn((200, 30, 30), (30, 200, 30)), model=model)
    assert [{key: len(points) for key, points in face.items()} for face in faces] == [wanted, wanted]
    assert all(type(x) is int and type(y) is int for face in faces for points in face.values() for x, y in points)


def test_landmarks_stand_in_dlibs_order(drawn):
    large, = fr.face_landmarks(drawn((200, 30, 30)))
    small, = fr.face_landmarks(drawn((200, 30, 30)), [(20, 80, 80, 20)], "small")
    shown = {name: [x - 20 for x, _ in points] for name, points in large.items()}
    assert shown["chin"] == list(landmarks.CHIN) and shown["left_eye"] == list(landmarks.LEFT_EYE)
    outer, inner = landmarks.OUTER_LIPS, landmarks.INNER_LIPS
    assert shown["top_lip"] == [*outer[:7], *inner[4::-1]]
    assert shown["bottom_lip"] == [*outer[6:], outer[0], inner[0], *inner[:3:-1]]
    assert small == {"nose_tip": [(20 + 2, 20)], "left_eye": [(20 + 7, 20), (20 + 155, 20)], "right_eye": [(20 + 249, 20), (20 + 382, 20)]}
    assert len(set(landmarks.SIXTY_EIGHT)) == 68


def test_landmarks_without_the_net_name_the_command(drawn, drawn_engine, monkeypatch, tmp_path):
    monkeypatch.setenv("VULTUS_MODELS", str(tmp_path))
    use_engine(Engine(drawn_engine, drawn_engine.colours))
    with pytest.raises(WeightsError, match="vultus models pull facemesh"):
        fr.face_landmarks(drawn((200, 30, 30)))


def test_pictures_from_paths_and_files_in_colour_and_grey(tmp_path, drawn):
    file = tmp_path / "a.jpg"
    file.write_bytes(encode_jpeg(drawn((200, 30, 30))))
    image = fr.load_image_file(str(file))
    assert image.dtype == np.uint8 and image.shape == (100, 100, 3)
    np.testing.assert_array_equal(fr.load_image_file(io.BytesIO(file.read_bytes())), image)
    grey = fr.load_image_file(file, mode="L")
    assert grey.shape == (100, 100)
    np.testing.assert_allclose(grey, image @ (0.299, 0.587, 0.114), atol=1)
    for wrong in (tmp_path / "none.jpg", io.BytesIO(b"no picture")):
        with pytest.raises(ImageError):
            fr.load_image_file(wrong)


def test_distance_is_the_slow_loops():
    known, probe = [encoding(seed) for seed in range(5)], encoding(9)
    slow = [math.sqrt(sum((a - b) ** 2 for a, b in zip(row, probe, strict=True))) for row in known]
    distances = fr.face_distance(known, probe)
    assert distances.dtype == np.float64 and distances.shape == (5,)
    np.testing.assert_allclose(distances, slow, rtol=1e-12)
    np.testing.assert_array_equal(fr.face_distance(np.array(known), probe), distances)
    assert fr.face_distance([], probe).shape == (0,)


def test_distance_and_cosine_are_related_as_the_docstring_says():
    f, g = encoding(1, length=1.3), encoding(2, length=1.6)
    cosine = float(legacy_encodings([f]).similarity(legacy_encodings([g]))[0, 0])
    assert fr.face_distance([f], g)[0] == pytest.approx(math.sqrt(1.3**2 + 1.6**2 - 2 * 1.3 * 1.6 * cosine), rel=1e-5)


def test_a_tolerance_is_a_distance(monkeypatch):
    known, probe = [encoding(seed) for seed in range(6)], encoding(9)
    distances = fr.face_distance(known, probe)
    cut = float(np.sort(distances)[2])
    matches = fr.compare_faces(known, probe, cut)
    assert matches == [bool(d <= cut) for d in distances] and sum(matches) == 3 and all(type(m) is bool for m in matches)
    assert fr.compare_faces([], probe) == [] == fr.compare_faces([], probe, 0.6)


def test_without_a_tolerance_the_calibration_decides_and_undecided_is_no_match(monkeypatch):
    known, probe = [encoding(9, 0.06), encoding(9, 0.07), encoding(9, 0.09), encoding(3, 0.08)], encoding(9)
    similarity = [float(s) for s in legacy_encodings(known).similarity(legacy_encodings([probe]))[:, 0]]
    assert similarity == sorted(similarity, reverse=True)
    shipped = decide.packaged(fr.LEGACY_SPACE)
    assert shipped is not None and shipped.space == fr.LEGACY_SPACE
    from dataclasses import replace
    between = replace(shipped, t_hi=(similarity[1] + similarity[2]) / 2, t_lo=(similarity[2] + similarity[3]) / 2)
    monkeypatch.setattr(comparing, "calibration", lambda: between)
    assert [d.outcome for d in comparing.decisions(known, probe)] == ["match", "match", "undecided", "no_match"]
    assert fr.compare_faces(known, probe) == [True, True, False, False]


def test_more_known_faces_need_more_similarity(monkeypatch):
    """A face held against many is a search: what matches one known face may be undecided among five hundred."""
    shipped = decide.packaged(fr.LEGACY_SPACE)
    among = [search_rule(SearchEvidence.of(shipped), size, comparing.SEARCH_FPIR, space=fr.LEGACY_SPACE).t_hi
             for size in (10, 100, 500, 1500)]
    assert among == sorted(among) and among[2] > shipped.t_hi  # None would not sort
    probe = encoding(9)
    near = next(found for spread in np.linspace(0.02, 0.12, 200) for found in [encoding(9, spread)]
                if shipped.t_hi < float(legacy_encodings([found]).similarity(legacy_encodings([probe])).item()) < among[2])
    assert fr.compare_faces([near], probe) == [True]
    assert fr.compare_faces([near] + [encoding(seed) for seed in range(499)], probe)[0] is False
    alone, among_many = comparing.decisions([near], probe)[0], comparing.decisions([near] * 500, probe)[0]
    assert alone.fmr_upper is not None and among_many.fmr_upper is None and among_many.threshold == among[2]
    with pytest.warns(comparing.UndecidedSearchWarning, match="templates are more than 10 times .* or give tolerance="):
        assert fr.compare_faces([near] * 30_000, probe) == [False] * 30_000
    assert comparing.face_distance([near], probe[None]) == pytest.approx(comparing.face_distance([near], probe))


WRONG_VECTORS = [(np.ones((2, 128)), "length 11.31"), (np.ones((2, 128)) / 8, "cosine"),
                 (encoding(1)[:64][None], r"\(n, 128\)"), ([encoding(1, length=1.0)], "length 1.00"),
                 ([encoding(1) * np.nan], "NaN"), ([encoding(1, length=12.0)], "length 12"), ([["x"] * 128], "numbers"),
                 ([encoding(1), encoding(1)[:3]], "different lengths"), (encoding(1), r"\(n, 128\)"),
                 ([np.random.default_rng(0).normal(0, 1.43 / math.sqrt(128), 128)], "cosine")]


@pytest.mark.parametrize(("vectors", "said"), WRONG_VECTORS)
def test_vectors_that_cannot_be_encodings_are_refused(vectors, said):
    for refuse in (fr.legacy_encodings, lambda v: fr.face_distance(v, encoding(0)), lambda v: fr.compare_faces(v, encoding(0), 0.6)):
        with pytest.raises(InputError, match=said):
            refuse(vectors)


def test_loaded_encodings_are_templates_of_the_legacy_space_alone():
    loaded = fr.legacy_encodings([encoding(1), encoding(2)])
    assert isinstance(loaded, Embeddings) and loaded.space == "dlib-resnet29/dlib-150-legacy"
    with pytest.raises(InputError, match="space"):
        loaded.similarity(Embeddings(loaded.vectors, "dlib-resnet29/dlib-150/flip"))
    assert len(fr.legacy_encodings([])) == 0


@pytest.mark.parametrize("call", [
    lambda image: fr.face_locations(image, model="yolo"), lambda image: fr.face_locations(image, -1),
    lambda image: fr.face_locations(image, 2.5), lambda image: fr.face_locations(image, True), lambda image: fr.face_locations("a.jpg"),
    lambda image: fr.face_locations(image.astype(float)), lambda image: fr.batch_face_locations([image], batch_size=0),
    lambda image: fr.face_landmarks(image, model="huge"), lambda image: fr.face_encodings(image, num_jitters=0),
    lambda image: fr.face_encodings(image, model="hog"), lambda image: fr.face_encodings(image, [(80, 20, 20, 80)]),
    lambda image: fr.face_encodings(image, [(1, 2, 3)]), lambda image: fr.face_encodings(image, [("a", 1, 2, 0)]),
    lambda image: fr.load_image_file("a.jpg", mode="CMYK"), lambda image: fr.load_image_file(3),
    lambda image: fr.compare_faces([encoding(0)], encoding(1), -0.1), lambda image: fr.compare_faces([encoding(0)], encoding(1), "0.6"),
    lambda image: fr.face_distance([encoding(0)], [encoding(1)] * 2)])
def test_bad_input_is_named(call, drawn):
    with pytest.raises(InputError, match="expected") as caught:
        call(drawn((200, 30, 30)))
    assert not isinstance(caught.value, UnsupportedError)


@pytest.mark.photos
def test_stored_encodings_of_photographs_stay_comparable():
    """Two pictures of one person and one of another, through the real networks: mated nearer than 0.6, strangers farther."""
    from vultus.data.lfw import photographs, read_lfw
    root = photographs()
    if root is None:
        pytest.skip("VULTUS_DATA names no photographs")
    use_engine(Engine(threads=1))
    lfw = read_lfw(root / "lfw")
    correct = []
    for kind in (True, False):
        for pair in np.flatnonzero((lfw.folds == 4) & (lfw.mated == kind))[:6]:
            a, b = (fr.face_encodings(fr.load_image_file(lfw.paths[index]))[0] for index in (lfw.left[pair], lfw.right[pair]))
            fr.legacy_encodings([a, b])
            correct.append((fr.face_distance([a], b)[0] <= 0.6) == kind)
    assert sum(correct) >= 11


def test_the_packaged_networks_on_rendered_people():
    """Encodings of the packaged people pass the check, and the nearest other picture is of the same person in most cases."""
    from vultus.data.rendered_people import rendered_people
    use_engine(Engine(threads=1))
    people = list(rendered_people())[:8]
    rows = [fr.face_encodings(fr.load_image_file(path)) for _, path in people]
    assert [len(found) for found in rows] == [1] * len(people)
    encodings = [found[0] for found in rows]
    assert len(fr.legacy_encodings(encodings)) == 8
    nearest = [int(np.argsort(fr.face_distance(encodings, each))[1]) for each in encodings]
    assert sum(people[i][0] == people[k][0] for i, k in enumerate(nearest)) >= 6


def test_an_imported_gallery_is_searched_and_extended_in_its_own_space(tmp_path, monkeypatch, capsys):
    """Encodings of the packaged people are stored, imported, and found by other pictures, through the commands."""
    import json

    from vultus.cli.main import main
    from vultus.data.rendered_people import rendered_people
    monkeypatch.setenv("VULTUS_KEYS", str(tmp_path / "keys"))
    use_engine(Engine(threads=1))
    pictures: dict[str, list] = {}
    for name, path in rendered_people():
        pictures.setdefault(name, []).append(path)
    chosen = sorted(pictures)[:3]
    rows = [fr.face_encodings(fr.load_image_file(pictures[name][0]))[0] for name in chosen]
    np.savez(tmp_path / "people.npz", made_by="face_recognition", names=np.array(chosen), encodings=np.array(rows))
    place = ["--gallery", str(tmp_path / "g"), "--json"]
    assert main(["import", str(tmp_path / "people.npz"), "--virtual", *place]) == 0
    assert main(["enroll", chosen[0], str(pictures[chosen[0]][1]), "--virtual", *place]) == 0
    capsys.readouterr()
    assert main(["identify", *(str(pictures[name][2]) for name in chosen), *place]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["space"] == fr.LEGACY_SPACE
    assert [face["candidates"][0]["name"] for face in record["faces"]] == chosen
    assert [face["gallery_templates"] for face in record["faces"]] == [4, 4, 4]


def test_a_gallery_is_served_by_the_recogniser_of_its_space():
    from vultus.compat.face_recognition.legacy import recogniser_for
    for space in ("dlib-resnet29/dlib-150/flip", "dlib-resnet29/dlib-150", fr.LEGACY_SPACE):
        assert recogniser_for(space).space == space
    assert recogniser_for(None).space == recogniser_for("unknown/space").space == "dlib-resnet29/dlib-150/flip"
    assert recogniser_for("dlib-resnet29/dlib-150/flip", "faceres").space.startswith("faceres/")
