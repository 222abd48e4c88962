"""Reading pictures: every accepted kind against Pillow, every refusal as one sentence, limits before decoding."""

from __future__ import annotations

import io
import os
import struct
import threading
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as pillow
from PIL import ImageOps

from vultus import image
from vultus.errors import ImageError

BLOCKS = np.random.default_rng(7).integers(0, 256, (6, 9, 3), dtype=np.uint8).repeat(8, 0).repeat(8, 1)


def saved(picture: pillow.Image | np.ndarray, kind: str, **options: object) -> bytes:
    """The bytes of a picture in a format."""
    buffer = io.BytesIO()
    source = pillow.fromarray(picture) if isinstance(picture, np.ndarray) else picture
    source.save(buffer, kind, **options)
    return buffer.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing."""
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")


def jpeg_of_size(width: int, height: int) -> bytes:
    """A small JPEG whose frame header claims another size."""
    data = bytearray(saved(BLOCKS, "JPEG"))
    at = data.index(b"\xff\xc0") + 5
    data[at:at + 4] = struct.pack(">HH", height, width)
    return bytes(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied_on_both_paths(orientation: int, kind: str) -> None:
    exif = pillow.Exif()
    exif[0x0112] = orientation
    data = saved(BLOCKS, kind, exif=exif)
    expected = np.asarray(ImageOps.exif_transpose(pillow.open(io.BytesIO(data))).convert("RGB"))
    decoded = image.decode(data)
    assert decoded.size == expected.shape[:2]
    assert np.abs(decoded.image.astype(int) - expected).max() <= 2
    if orientation != 1:
        assert decoded.image.shape != BLOCKS.shape or (decoded.image != BLOCKS).any()


def test_reduced_decoding_keeps_the_wanted_side_and_says_its_scale() -> None:
    large = BLOCKS.repeat(10, 0).repeat(10, 1)  # 480 x 720
    for kind in ("JPEG", "PNG"):
        data = saved(large, kind)
        for min_side, scale in ((481, 1), (480, 1), (240, 0.5), (239, 0.5), (120, 0.25), (60, 0.125), (1, 0.125)):
            decoded = image.decode(data, min_side=min_side)
            assert decoded.scale == scale
            assert decoded.size == (480, 720)
            assert decoded.image.shape == (480 * scale, 720 * scale, 3)
            means = decoded.image.reshape(int(480 * scale), 9, -1, 3).mean((0, 2))
            assert np.abs(means - large.reshape(480, 9, -1, 3).mean((0, 2))).max() < 3


def test_reduction_of_a_turned_picture() -> None:
    exif = pillow.Exif()
    exif[0x0112] = 6
    decoded = image.decode(saved(BLOCKS.repeat(4, 0).repeat(4, 1), "JPEG", exif=exif), min_side=96)
    assert (decoded.image.shape, decoded.size, decoded.scale) == ((144, 96, 3), (288, 192), 0.5)


def test_cmyk_and_ycck() -> None:
    decoded = image.decode(saved(pillow.fromarray(BLOCKS).convert("CMYK"), "JPEG", quality=95)).image
    assert np.abs(decoded[4::8, 4::8].astype(int) - BLOCKS[4::8, 4::8]).max() < 12


def test_palette_grey_and_bilevel() -> None:
    palette = pillow.fromarray(BLOCKS).convert("P", palette=pillow.Palette.ADAPTIVE, colors=64)
    for kind in ("PNG", "GIF", "BMP"):
        assert (image.decode(saved(palette, kind)).image == np.asarray(palette.convert("RGB"))).all()
    grey = pillow.fromarray(BLOCKS).convert("L")
    for kind in ("PNG", "JPEG"):
        assert np.ptp(image.decode(saved(grey, kind)).image.astype(int), axis=2).max() == 0
    assert set(np.unique(image.decode(saved(grey.convert("1"), "PNG")).image)) == {0, 255}


def test_transparent_pixels_are_laid_over_white() -> None:
    alpha = np.full(BLOCKS.shape[:2], 255, np.uint8)
    alpha[:, :24], alpha[:, 24:32] = 0, 128
    decoded = image.decode(saved(np.dstack([BLOCKS, alpha]), "PNG")).image
    assert (decoded[:, :24] == 255).all()
    assert np.abs(decoded[:, 24:32] - (BLOCKS[:, 24:32] * (128 / 255) + 255 * (127 / 255))).max() <= 1
    assert (decoded[:, 32:] == BLOCKS[:, 32:]).all()
    palette = pillow.fromarray(BLOCKS).convert("P", palette=pillow.Palette.ADAPTIVE, colors=16)
    clear = image.decode(saved(palette, "PNG", transparency=int(np.asarray(palette)[0, 0]))).image
    assert (clear[0, 0] == 255).all()


def test_sixteen_bits_keep_the_upper_byte() -> None:
    samples = (BLOCKS[..., 0].astype(np.uint16) << 8) + 77
    for kind in ("PNG", "TIFF"):
        decoded = image.decode(saved(pillow.fromarray(samples), kind)).image
        assert (decoded == BLOCKS[..., :1]).all()
    with pytest.raises(ImageError, match="32 bits"):
        image.decode(saved(pillow.fromarray(samples.astype(np.float32)), "TIFF"))


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_first_frame_of_several_is_read_and_noted(kind: str) -> None:
    frames = [pillow.new("RGB", (20, 12), (200, 0, 0)), pillow.new("RGB", (20, 12), (0, 200, 0))]
    several = image.decode(saved(frames[0], kind, save_all=True, append_images=frames[1:]))
    assert np.abs(several.image.mean((0, 1)) - (200, 0, 0)).max() < 6
    assert several.note == "first of several frames"
    assert image.decode(saved(frames[0], kind)).note == ""


def test_one_pixel() -> None:
    for kind in ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"):
        decoded = image.decode(saved(pillow.new("RGB", (1, 1), (255, 255, 255)), kind), min_side=100)
        assert decoded.image.shape == (1, 1, 3)
        assert decoded.image.min() > 250


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF"])
def test_truncated_files_are_refused(kind: str) -> None:
    data = saved(np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8), kind)
    for keep in (4, len(data) // 3, len(data) * 9 // 10):
        with pytest.raises(ImageError) as caught:
            image.decode(data[:keep], name="cut")
        assert str(caught.value).startswith("cut: expected ")
        assert "\n" not in str(caught.value) and "0x" not in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"not a picture", b"%PDF-1.7", b"\xff\xd8\xff", b"II*\0", bytes(1000)])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(ImageError):
        image.decode(data)


def test_damaged_bytes_end_in_an_image_error_or_a_picture(capfd: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(5)
    for kind in image.FORMATS:
        data = saved(BLOCKS, kind)
        for trial in range(150):
            broken = bytearray(data)
            for at in rng.integers(0, len(data) if trial % 2 else min(len(data), 90), 1 + trial % 5):
                broken[at] = rng.integers(0, 256)
            try:
                assert image.decode(bytes(broken)).image.dtype == np.uint8
            except ImageError as error:
                assert error.code == "unreadable"
    capfd.readouterr()


@pytest.mark.parametrize("bomb", [png_header(20_000, 20_000), jpeg_of_size(20_000, 20_000), png_header(60_000, 60_000)])
def test_header_bomb_is_refused_before_decoding(bomb: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def decoded(*_: object, **__: object) -> None:
        raise AssertionError("pixels were decoded")
    monkeypatch.setattr(image.simplejpeg, "decode_jpeg", decoded)
    monkeypatch.setattr(pillow.Image, "convert", decoded)
    with warnings.catch_warnings(), pytest.raises(ImageError, match="at most 100000000 pixels"):
        warnings.simplefilter("error")
        image.decode(bomb)


def test_caps_and_formats_can_be_tightened() -> None:
    data = saved(BLOCKS, "GIF")
    with pytest.raises(ImageError, match=r"expected a picture \(JPEG, PNG\), got GIF"):
        image.decode(data, limits=image.Limits(formats=("JPEG", "PNG")))
    with pytest.raises(ImageError, match="at most 50 bytes"):
        image.decode(data, limits=image.Limits(max_bytes=50))
    with pytest.raises(ImageError, match="at most 100 pixels, got 72x48"):
        image.decode(data, limits=image.Limits(max_pixels=100))


def test_files(tmp_path: Path) -> None:
    for name in ("面孔.jpg", "лицо без расширения", "a\nb.png"):
        (tmp_path / name).write_bytes(saved(BLOCKS, "PNG"))
        assert (image.load(tmp_path / name) == BLOCKS).all()
    with pytest.raises(ImageError, match="a folder"):
        image.load(tmp_path)
    with pytest.raises(ImageError, match="nothing there"):
        image.load(tmp_path / "absent.jpg")
    with pytest.raises(ImageError, match=r"^a\\x00b\\n: expected a picture file, got nothing there$"):
        image.load("a\0b\n")
    (tmp_path / "large.png").write_bytes(bytes(101))
    with pytest.raises(ImageError, match="at most 100 bytes"):
        image.load(tmp_path / "large.png", limits=image.Limits(max_bytes=100))


def test_a_named_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(ImageError, match="something else"):
        image.load(tmp_path / "pipe.jpg")


def test_encoding_round_trip() -> None:
    assert np.abs(image.decode(image.encode_jpeg(BLOCKS, 95)).image.astype(int) - BLOCKS).mean() < 3


def test_threads_leave_the_warning_filters_alone() -> None:
    before, data = list(warnings.filters), saved(BLOCKS, "PNG")
    threads = [threading.Thread(target=lambda: [image.decode(data) for _ in range(20)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert warnings.filters == before
