"""Pages: what is printed is where the labels say, before and after the camera; bad input is refused by name."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from datetime import date

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from vultus.errors import InputError, UnknownNameError
from vultus.people.documents import (
    KINDS,
    Document,
    IdentityFields,
    Photograph,
    make_document,
    photograph,
    read_mrz,
    sample_fields,
    transliterate,
)
from vultus.people.documents.document import project
from vultus.people.documents.fields import check_fields
from vultus.people.documents.mrz_face import mrz_mask
from vultus.people.documents.names import FAMILY, GIVEN_F, GIVEN_M, PLACES
from vultus.people.documents.printed_face import printable, text_mask

LONG = IdentityFields("Bennelong Wooloomooloo Warrandyte Warnambool", "Dingo Potoroo Ñuñez", "X", date(1990, 2, 28),
                      date(2020, 2, 29), date(2030, 2, 28), "X1", "Thélème", "")
STILL = Photograph(width=960, height=720, gradient=0, glare=0, blur_px=0, noise=0)


def portrait(side: int = 96) -> NDArray[np.uint8]:
    y, x = np.mgrid[0:side, 0:side]
    return np.stack([x * 255 // side, y * 255 // side, np.full_like(x, 90)], 2).astype(np.uint8)


@pytest.fixture(scope="module", params=KINDS)
def page(request: pytest.FixtureRequest) -> Document:
    return make_document(sample_fields(5, 41, "F"), portrait(), 5, request.param)


def inside(polygon: NDArray[np.float32], shape: tuple[int, ...], grow: float = 0.0) -> NDArray[np.bool_]:
    """Pixels whose centre lies within `grow` px of a convex polygon, by its four half planes."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]] + 0.5
    held = np.ones(shape[:2], bool)
    for (x1, y1), (x2, y2) in zip(polygon, np.roll(polygon, -1, 0), strict=True):
        held &= ((x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)) / np.hypot(x2 - x1, y2 - y1) >= -grow
    return held


def without_words(document: Document, monkeypatch: pytest.MonkeyPatch, seed: int = 5) -> Document:
    from vultus.people.documents import sheet
    monkeypatch.setattr(sheet.Sheet, "_put", lambda self, *rest: None)
    return make_document(sample_fields(5, 41, "F"), portrait(), seed, document.kind)


def test_ink_is_exactly_in_the_polygons(page: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    change = np.abs(page.picture.astype(int) - without_words(page, monkeypatch).picture).max(2)
    held = np.zeros(change.shape, bool)
    for word in page.words:
        box = inside(word.polygon, change.shape)
        ink = change[box]
        assert (ink > 30).mean() > 0.12, word
        (x1, y1), (x2, y2) = word.polygon[0].astype(int), word.polygon[2].astype(int)
        cut = change[y1:y2, x1:x2]
        assert min(cut[0].max(), cut[-1].max(), cut[:, 0].max(), cut[:, -1].max()) > 4, f"box of {word.text} is not tight"
        held |= box
    assert change[~held].max() <= 10  # what is fainter than `_FAINT` of 255 ink


def test_polygons_follow_the_camera_exactly(page: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, blank = photograph(page, 3, STILL), photograph(without_words(page, monkeypatch), 3, STILL)
    change = np.abs(seen.picture.astype(int) - blank.picture).max(2)
    held = np.zeros(change.shape, bool)
    for flat, word in zip(page.words, seen.words, strict=True):
        np.testing.assert_allclose(word.polygon, project(flat.polygon, seen.homography), atol=1e-3)
        held |= inside(word.polygon, change.shape, grow=1.2)
    assert change[~held].max() <= 10
    moved = np.zeros_like(held)
    for word in seen.words:
        moved |= inside(word.polygon + np.float32([0, 6]), change.shape, grow=1.2)
    assert change[~moved].max() > 60, "the test could not tell polygons that are 6 px away"


def test_ink_lands_where_the_homography_says_to_a_fifth_of_a_pixel() -> None:
    flat = np.full((400, 500, 3), 255, np.uint8)
    spots = np.array([(60.5, 80.5), (400.5, 90.5), (250.5, 200.5), (70.5, 330.5), (430.5, 350.5)])
    for x, y in spots:
        flat[int(y) - 4 : int(y) + 5, int(x) - 4 : int(x) + 5] = 0
    corners = np.float32([(0, 0), (500, 0), (500, 400), (0, 400)])
    seen = photograph(Document("td2", flat, (), {}, (), None, corners, np.eye(3)), 12, replace(STILL, tilt=0.1, turn_deg=25))
    white = photograph(Document("td2", np.full_like(flat, 255), (), {}, (), None, corners, np.eye(3)), 12,
                       replace(STILL, tilt=0.1, turn_deg=25))
    ink = white.picture.astype(float).sum(2) - seen.picture.astype(float).sum(2)
    for x, y in project(spots, seen.homography):
        top, left = int(y) - 12, int(x) - 12
        cut = ink[top : top + 25, left : left + 25]
        at = [(cut.sum(axis) * (np.arange(25) + 0.5)).sum() / cut.sum() for axis in (0, 1)]
        assert abs(left + at[0] - x) < 0.2 and abs(top + at[1] - y) < 0.2


def test_card_edges_lie_on_the_polygon_to_a_third_of_a_pixel() -> None:
    flat = make_document(sample_fields(1, 30, "M"), portrait(), 1, "td2")
    white, black = (Document("td2", np.full_like(flat.picture, level), (), {}, (), None, flat.card, np.eye(3)) for level in (255, 0))
    first, second = photograph(white, 8, STILL), photograph(black, 8, STILL)
    cover = (first.picture.astype(float) - second.picture).mean(2) / 255
    area = cv2.contourArea(first.card)
    perimeter = cv2.arcLength(first.card, True)
    assert abs(cover.sum() - area) < 0.33 * perimeter
    assert cover[~inside(first.card, cover.shape, grow=1.5)].max() == 0
    assert cover[inside(first.card, cover.shape, grow=-1.5)].min() > 0.99


def test_portrait_stands_in_its_box() -> None:
    page = make_document(sample_fields(2, 30, "M"), portrait(), 2, "td3")
    x1, y1, x2, y2 = (int(v) for v in page.portrait_box or ())
    cut = page.picture[y1:y2, x1:x2]
    assert abs((y2 - y1) / (x2 - x1) - 45 / 35) < 0.01
    assert cut[:, -1, 0].mean() > 2 * cut[:, 0, 0].mean() and cut[-1, :, 1].mean() > 200 > 20 > cut[0, :, 1].mean()
    assert make_document(sample_fields(2, 30, "M"), portrait(), 2, "td1-back").portrait is None


def test_zone_agrees_with_the_visual_zone(page: Document) -> None:
    fields = sample_fields(5, 41, "F")
    zone = [word.text for word in page.words if word.field == "mrz"]
    assert tuple(zone) == page.mrz and bool(zone) == (page.kind != "td1-front")
    if zone:
        read = read_mrz(zone)
        assert read.valid and read.issuer == read.nationality == "UTO" and read.number == fields.number and read.sex == "F"
        assert read.surname.replace(" ", "<") == transliterate(fields.surname) and read.birth == f"{fields.birth:%y%m%d}"
    for name, text in page.fields.items():
        assert [word.text for word in page.words if word.field == name] == [printable(part) for part in text.split()]


def test_every_page_says_that_it_is_a_specimen(page: Document) -> None:
    notice = " ".join(word.text for word in page.words if word.field == "specimen")
    assert notice == "SPECIMEN - UTOPIA AND THIS PERSON DO NOT EXIST"
    assert page.labels()["fictitious"] is True and json.loads(json.dumps(page.labels()))["issuer"] == "UTO"


def test_same_seed_same_bytes_other_seed_other_page(page: Document) -> None:
    again = make_document(sample_fields(5, 41, "F"), portrait(), 5, page.kind)
    other = make_document(sample_fields(5, 41, "F"), portrait(), 6, page.kind)
    assert np.array_equal(page.picture, again.picture) and not np.array_equal(page.picture, other.picture)
    seen = [photograph(page, seed) for seed in (1, 1, 2)]
    assert np.array_equal(seen[0].picture, seen[1].picture) and not np.array_equal(seen[0].picture, seen[2].picture)
    assert not np.array_equal(seen[0].card, seen[2].card)


@pytest.mark.parametrize("name", ["gradient", "glare", "blur_px", "noise", "tilt", "turn_deg"])
def test_every_effect_of_the_camera_changes_the_picture(page: Document, name: str) -> None:
    calm = Photograph(width=320, height=240, tilt=0, turn_deg=0, gradient=0, glare=0, blur_px=0, noise=0)
    strong = {"gradient": 0.5, "glare": 0.8, "blur_px": 1.5, "noise": 8.0, "tilt": 0.1, "turn_deg": 15.0}[name]
    change = photograph(page, 4, replace(calm, **{name: strong})).picture.astype(int) - photograph(page, 4, calm).picture
    assert np.abs(change).mean() > 1
    if name == "glare":
        assert change.min() >= 0 < change.max()
    if name == "gradient":
        assert change.max() <= 0


@pytest.mark.parametrize("kind", KINDS)
def test_long_names_are_set_smaller_and_stay_on_the_page(kind: str) -> None:
    page = make_document(LONG, portrait(), 3, kind)
    rows, columns = page.picture.shape[:2]
    for word in page.words:
        assert word.polygon.min() >= 0 and word.polygon[:, 0].max() <= columns and word.polygon[:, 1].max() <= rows
    boxes = [(word.field, *word.polygon[0], *word.polygon[2]) for word in page.words]
    for place, (field, x1, y1, x2, y2) in enumerate(boxes):
        for other, u1, v1, u2, v2 in boxes[:place]:
            assert min(x2, u2) <= max(x1, u1) or min(y2, v2) <= max(y1, v1), f"{field} over {other}"


@pytest.mark.parametrize("years", [0, 0.01, 3, 17.99, 30, 44.5, 90, 120])
@pytest.mark.parametrize("sex", ["F", "M", "X"])
def test_drawn_fields_are_consistent(years: float, sex: str) -> None:
    for seed in range(10):
        fields = sample_fields(seed, years, sex)
        check_fields(fields)
        age = (date(2025, 6, 1) - fields.birth).days / 365.2425
        assert (years <= age + 0.01 and age - 0.01 <= years + 1) if years == int(years) else abs(age - years) < 0.01
        assert fields.birth <= fields.issued <= date(2025, 6, 1) <= fields.expires
        assert {"F": GIVEN_F, "M": GIVEN_M}.get(sex, GIVEN_F + GIVEN_M).__contains__(fields.given_names.split(" ")[0])
    assert sample_fields(1, years, sex) == sample_fields(1, years, sex) != sample_fields(2, years, sex)


def test_every_listed_name_is_printed_and_transliterated() -> None:
    for name in (*GIVEN_F, *GIVEN_M, *FAMILY, *PLACES):
        assert transliterate(name) and "?" not in printable(name.upper())
    assert printable("ŁÓDŹ") == "ŁÓDŹ" and printable("Æ") == "AE"


def test_a_composed_letter_is_its_base_and_a_mark() -> None:
    for letter in "ÉÇÅĄŐȚ":
        with_mark, line = text_mask(letter, 40)
        base, _ = text_mask(unicodedata.normalize("NFD", letter)[0], 40)
        extra = with_mark.astype(int) - base
        rows = np.flatnonzero((extra > 60).any(1))
        assert extra.min() >= -2 and len(rows)
        assert rows.max() < line - 30 if letter in "ÉÅŐ" else rows.max() > line


def test_the_zone_face_keeps_its_pitch_and_tells_characters_apart() -> None:
    characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ<0123456789"
    cells = [mrz_mask(each, 10).astype(float) for each in characters]
    whole = mrz_mask(characters, 100 / 10)
    assert abs(whole.shape[1] - len(characters) * 25.4) <= 1
    flat = np.stack([cv2.GaussianBlur(cell, (0, 0), 1.5).ravel() for cell in cells])
    flat -= flat.mean(1, keepdims=True)
    flat /= np.linalg.norm(flat, axis=1, keepdims=True)
    alike = np.triu(flat @ flat.T, 1)
    assert alike.max() < 0.97, [characters[i] for i in np.unravel_index(alike.argmax(), alike.shape)]


@pytest.mark.parametrize(("change", "argument"), [
    ({"surname": "  "}, "surname"), ({"surname": "李"}, "surname"), ({"given_names": "R2"}, "given_names"),
    ({"surname": "A" * 61}, "surname"), ({"sex": "W"}, "sex"), ({"number": "123456789A"}, "number"), ({"number": ""}, "number"),
    ({"birth": date(2026, 1, 1)}, "birth"),
    ({"birth": date(1850, 1, 1)}, "birth"), ({"expires": date(2019, 1, 1)}, "expires"), ({"personal_number": "a"}, "personal_number"),
])
def test_entries_no_document_can_hold(change: dict[str, object], argument: str) -> None:
    with pytest.raises(InputError, match=f"^{argument}: expected"):
        make_document(replace(LONG, **change), portrait(), 1)


@pytest.mark.parametrize("bad", [np.zeros((64, 64, 3), np.float32), np.zeros((64, 64), np.uint8), np.zeros((64, 64, 4), np.uint8),
                                 np.zeros((8, 64, 3), np.uint8), None])
def test_portraits_that_are_refused(bad: object) -> None:
    with pytest.raises(InputError, match=r"^portrait: expected"):
        make_document(LONG, bad, 1)  # type: ignore[arg-type]


def test_unknown_kind_and_settings() -> None:
    with pytest.raises(UnknownNameError, match="td3"):
        make_document(LONG, portrait(), 1, "td4")
    with pytest.raises(InputError, match=r"^px_per_mm"):
        make_document(LONG, portrait(), 1, "td3", px_per_mm=100)
    with pytest.raises(InputError, match=r"^glare: expected 0 to 1"):
        photograph(make_document(LONG, portrait(), 1), 1, Photograph(glare=2))
    for years in (-1, 121, float("nan")):
        with pytest.raises(InputError, match=r"^years"):
            sample_fields(1, years, "F")
