"""Cameras: what each leaves behind is there, and gone without the effect; sizes, seeds, refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from vultus.data.rendered_people import rendered_people
from vultus.errors import InputError
from vultus.gallery.source import RENDER_MARK
from vultus.image import load
from vultus.people.capture import block_codec, signatures
from vultus.people.capture.colour import to_bytes, to_linear, to_srgb
from vultus.people.capture.low_resolution import LowResolution, drawn_low_resolution, kernel, low_resolution
from vultus.people.capture.sensor import Sensor, demosaicked, mosaicked, read_out
from vultus.people.capture.simulated import VIRTUAL, mark
from vultus.people.capture.surveillance import Surveillance, drawn_surveillance, surveillance
from vultus.people.capture.webcam import Webcam, automatics, drawn_webcam, webcam
from vultus.types import Image


@pytest.fixture(scope="module")
def face() -> Image:
    return load(next(path for _, path in rendered_people() if path.stem == "frontal"))


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_linear_light_and_back() -> None:
    values = np.arange(256, dtype=np.uint8)[:, None].repeat(3, 1)
    assert np.array_equal(to_bytes(to_srgb(to_linear(values))), values)


def test_surveillance_samples_by_geometry(face: Image) -> None:
    settings = Surveillance(distance_m=9, focal_mm=4, pitch_um=2.8, picture_mm=330)
    assert settings.sampled_px == pytest.approx(330 * 4 / 9000 / 0.0028)
    made = surveillance(face, settings, rng())
    assert made.image.shape == face.shape and made.predicted["sampled"] == (52, 52)
    assert made.predicted["block_px"] == pytest.approx(8 * 320 / 52)


def test_surveillance_cuts_off_where_predicted_and_its_no_op_does_not(face: Image) -> None:
    settings = Surveillance()
    made, plain = (surveillance(face, each, rng()) for each in (settings, settings.close_up(face.shape[1])))
    assert signatures.cutoff_distance(made.image, made.predicted["cutoff"]) < signatures.CUTOFF_OCTAVES
    assert signatures.cutoff_distance(plain.image, made.predicted["cutoff"]) > 1.5
    blocks = [signatures.block_grid(each.image, made.predicted["block_px"]) for each in (made, plain)]
    assert blocks[0] > 4 * blocks[1]


def test_the_comb_shifts_every_other_row() -> None:
    ramp = np.broadcast_to(np.linspace(20, 220, 64).astype(np.uint8)[None, :, None], (64, 64, 3)).copy()
    still = Surveillance(distance_m=330 * 4 / 64 / 2.8, full_well=1e6, read_noise=0, qp=0, aberration_px=0, f_number=0.9)
    moved = surveillance(ramp, replace(still, comb_px=2.0), rng()).image.astype(int)
    plain = surveillance(ramp, still, rng()).image.astype(int)
    assert abs(moved[::2, 8:-8] - plain[::2, 8:-8]).mean() < 0.7
    assert (plain[1::2, 8:-8] - moved[1::2, 8:-8]).mean() == pytest.approx(2 * 200 / 63, abs=0.8)  # moved to the right


def test_the_transform_is_orthonormal_and_the_codec_keeps_what_its_step_allows(face: Image) -> None:
    d = block_codec.dct_matrix()
    assert np.allclose(d @ d.T, np.eye(8))
    slow = [[np.sqrt((1 if k == 0 else 2) / 8) * np.cos(np.pi * k * (2 * x + 1) / 16) for x in range(8)] for k in range(8)]
    assert np.allclose(d, slow)
    grey = face[..., :1].repeat(3, 2)
    errors = [np.abs(block_codec.coded(grey, qp).astype(int) - grey).mean() for qp in (4, 24, 44)]
    assert errors[0] < 0.8 and errors[0] < errors[1] < errors[2]


@pytest.mark.parametrize("sampling", ["area", "cubic"])
def test_low_resolution_carries_what_its_pixels_carry(face: Image, sampling: str) -> None:
    settings = LowResolution(face_px=24, sampling=sampling, enlarge="cubic")
    made, plain = (low_resolution(face, each, rng()) for each in (settings, settings.full_size(0.45 * 320)))
    assert made.predicted["sampled"] == (53, 53)
    assert signatures.cutoff_distance(made.image, made.predicted["cutoff"]) < signatures.CUTOFF_OCTAVES
    assert signatures.cutoff_distance(plain.image, made.predicted["cutoff"]) > 1.5


def test_point_sampling_aliases_and_area_sampling_does_not() -> None:
    columns = np.arange(128)
    wave = 128 + 100 * np.cos(2 * np.pi * 0.2344 * columns)
    picture = np.broadcast_to(np.rint(wave).astype(np.uint8)[None, :, None], (128, 128, 3)).copy()
    settings = LowResolution(face_px=32, blur_px=(0, 0), noise=0)
    point, area = (low_resolution(picture, replace(settings, sampling=each), rng(), face_width=128).image for each in ("point", "area"))
    assert point.std() > 60 and area.std() < 15  # 0.2344 x 4 = 0.94 cycles a small pixel


def test_the_kernel_is_a_turned_gaussian() -> None:
    values = kernel(LowResolution(blur_px=(0.8, 0.3), turn_deg=30), 4.0)
    half = values.shape[0] // 2
    y, x = np.mgrid[-half:half + 1, -half:half + 1]
    covariance = np.array([[(values * a * b).sum() for a in (x, y)] for b in (x, y)])
    assert values.sum() == pytest.approx(1, abs=1e-5)
    assert np.allclose(np.linalg.eigvalsh(covariance), [1.2 ** 2, 3.2 ** 2], rtol=0.06)
    long = np.linalg.eigh(covariance)[1][:, 1]
    assert np.degrees(np.arctan2(long[1], long[0])) % 180 == pytest.approx(30, abs=1)


def test_demosaicing_is_the_mean_of_the_neighbours_of_a_colour() -> None:
    raw = rng().uniform(0, 1, (8, 8)).astype(np.float32)
    full = demosaicked(raw)
    assert full[2, 2, 0] == raw[2, 2] and full[3, 3, 2] == raw[3, 3] and full[2, 3, 1] == raw[2, 3]
    assert full[2, 2, 1] == pytest.approx((raw[1, 2] + raw[3, 2] + raw[2, 1] + raw[2, 3]) / 4)
    assert full[3, 3, 0] == pytest.approx((raw[2, 2] + raw[2, 4] + raw[4, 2] + raw[4, 4]) / 4)
    assert np.allclose(demosaicked(mosaicked(np.full((6, 7, 3), (0.2, 0.5, 0.7), np.float32))), (0.2, 0.5, 0.7), atol=1e-6)


def test_noise_follows_the_electrons() -> None:
    grey = np.full((200, 200, 3), 0.25, np.float32)
    found = read_out(grey, Sensor(full_well=1000, read_noise=5, mosaic=False), rng())
    assert found.std() * 1000 == pytest.approx(np.sqrt(250 + 25), rel=0.02)


def test_a_webcam_leaves_the_trace_of_its_mosaic(face: Image) -> None:
    made, plain = (webcam(face, each, rng()) for each in (Webcam(), Webcam().without_mosaic()))
    assert signatures.mosaic_trace(made.image) > signatures.MOSAIC > 2 * signatures.mosaic_trace(plain.image)
    assert signatures.mosaic_trace(face) < signatures.MOSAIC


def test_automatic_exposure_reaches_its_target() -> None:
    light = np.full((40, 40, 3), (0.1, 0.06, 0.04), np.float32)
    exposure, gains = automatics(light, Webcam(adapts=1.0, grey_world=1.0))
    grey = light[0, 0] @ (0.2126, 0.7152, 0.0722)
    assert exposure * grey == pytest.approx(0.18, rel=1e-4)
    assert np.allclose(light[0, 0] * gains, grey, rtol=1e-4)


def test_less_light_means_more_noise(face: Image) -> None:
    grey = np.full((128, 128, 3), 90, np.uint8)
    rough = [webcam(grey, Webcam(room=room), rng()).image.astype(float).std() for room in (1.0, 0.05)]
    assert rough[1] > 2 * rough[0]


def test_same_seed_same_bytes_and_records_are_plain(face: Image) -> None:
    import json
    makers = ((surveillance, drawn_surveillance), (low_resolution, drawn_low_resolution), (webcam, drawn_webcam))
    for make, draw in makers:
        first, again, other = (make(face, draw(rng(3)), rng(seed)) for seed in (1, 1, 2))  # type: ignore[operator]
        assert np.array_equal(first.image, again.image) and not np.array_equal(first.image, other.image)
        assert first.image.dtype == np.uint8
        record = json.loads(json.dumps(first.record(), allow_nan=False))
        assert record["simulator"] == make.__name__ and record["settings"] and record["kind"] == "simulated capture"


def test_the_mark_is_the_one_that_galleries_look_for(face: Image) -> None:
    assert VIRTUAL.encode() == RENDER_MARK
    record = webcam(face, Webcam(), rng()).record()
    assert mark(record).encode().startswith(RENDER_MARK) and "webcam" in mark(record)
    assert RENDER_MARK not in mark(record, virtual=False).encode()


@pytest.mark.parametrize("bad", [np.zeros((64, 64, 3), np.float32), np.zeros((64, 64), np.uint8), np.zeros((20, 64, 3), np.uint8)])
def test_wrong_pictures_are_refused(bad: NDArray[np.generic]) -> None:
    for make, settings in ((surveillance, Surveillance()), (low_resolution, LowResolution()), (webcam, Webcam())):
        with pytest.raises(InputError, match="image"):
            make(bad, settings, rng())  # type: ignore[operator]


def test_settings_out_of_range_are_refused_by_name(face: Image) -> None:
    for make, name in ((lambda: Surveillance(qp=60), "qp"), (lambda: LowResolution(face_px=3), "face_px"),
                       (lambda: LowResolution(sampling="best"), "sampling"), (lambda: Webcam(room=-1), "room"),
                       (lambda: Sensor(jpeg=101), "jpeg")):
        with pytest.raises(InputError, match=name):
            make()
    with pytest.raises(InputError, match="sampled width"):
        surveillance(face, Surveillance(distance_m=100), rng())
    with pytest.raises(InputError, match="sampled width"):
        surveillance(face, Surveillance(distance_m=1), rng())
    with pytest.raises(InputError, match="face_width"):
        low_resolution(face, LowResolution(face_px=64), rng(), face_width=40)
