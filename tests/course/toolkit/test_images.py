"""Pictures come in upright, square and in [-1, 1], and bad files are named."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from course.toolkit import images

RED, WHITE = [255, 0, 0], [255, 255, 255]


def save(path: Path, pixels: object, mode: str | None = None, **options: object) -> Path:
    Image.fromarray(np.array(pixels, dtype=np.uint8), mode).save(path, **options)
    return path


def test_open_picture_keeps_every_pixel(tmp_path: Path) -> None:
    pixels = np.arange(2 * 5 * 3).reshape(2, 5, 3)
    picture = images.open_picture(save(tmp_path / "a.png", pixels))
    assert picture.dtype == torch.uint8
    assert picture.tolist() == pixels.tolist()


def test_transparent_is_white_and_half_transparent_half(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", [[[*RED, 0], [*RED, 255], [0, 0, 0, 128]]])
    assert images.open_picture(path).tolist() == [[WHITE, RED, [127, 127, 127]]]


def test_transparent_palette(tmp_path: Path) -> None:
    picture = Image.new("P", (2, 1))
    picture.putpalette([255, 0, 0, 0, 0, 0])
    picture.putpixel((1, 0), 1)
    picture.save(tmp_path / "a.gif", transparency=1)
    assert images.open_picture(tmp_path / "a.gif").tolist() == [[RED, WHITE]]


@pytest.mark.parametrize(("mode", "value", "level"), [("L", 100, 100), ("1", 1, 255), ("I;16", 32896, 128)])
def test_grey_pictures_of_any_depth(tmp_path: Path, mode: str, value: int, level: int) -> None:
    Image.new(mode, (1, 1), value).save(tmp_path / "a.png")
    assert images.open_picture(tmp_path / "a.png").tolist() == [[[level] * 3]]


def test_cmyk_jpeg(tmp_path: Path) -> None:
    Image.new("CMYK", (4, 4), (0, 0, 0, 0)).save(tmp_path / "a.jpg")
    assert images.open_picture(tmp_path / "a.jpg").min() > 250


def test_upright_by_exif(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = save(tmp_path / "a.png", [[[1, 1, 1], [2, 2, 2]]], exif=exif)
    assert images.open_picture(path)[..., 0].tolist() == [[1], [2]]


def huge(path: Path) -> None:
    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk + bytes(4) + b"IDAT" + bytes(4))


def large(path: Path) -> None:
    Image.new("1", (10_001, 10_000)).save(path, "PNG")


def truncated(path: Path) -> None:
    buffer = io.BytesIO()
    noise = np.random.default_rng(29).integers(0, 255, (50, 50, 3), dtype=np.uint8)
    Image.fromarray(noise).save(buffer, "PNG")
    path.write_bytes(buffer.getvalue()[:2000])


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: None, "no such file"),
        (lambda path: path.write_text("hello"), "not a picture"),
        (lambda path: path.write_bytes(b""), "not a picture"),
        (lambda path: path.mkdir(), "unreadable"),
        (truncated, "damaged"),
        (huge, "100 million pixels"),
        (large, "100 million pixels"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, make, reason: str) -> None:
    path = tmp_path / "bad.png"
    make(path)
    with pytest.raises(ValueError, match=rf"bad\.png: .*{reason}"):
        images.open_picture(path)


@pytest.mark.parametrize("shape", [(4, 8, 3), (8, 4, 3), (5, 8, 3)])
def test_square_is_the_middle(shape: tuple[int, int, int]) -> None:
    picture = torch.zeros(shape, dtype=torch.uint8)
    side = min(shape[:2])
    rows, columns = (slice((n - side) // 2, (n - side) // 2 + side) for n in shape[:2])
    picture[rows, columns] = 255
    image = images.square(picture, side)
    assert image.shape == (1, 3, side, side)
    assert torch.equal(image, torch.ones_like(image))


def test_square_at_its_own_size_only_scales() -> None:
    picture = torch.tensor([[[0, 255, 51]]], dtype=torch.uint8)
    torch.testing.assert_close(images.square(picture, 1).flatten(), torch.tensor([-1.0, 1.0, -0.6]))


def test_shrinking_averages_instead_of_skipping() -> None:
    stripes = torch.zeros(64, 64, 3, dtype=torch.uint8)
    stripes[:, ::2] = 255
    assert images.square(stripes, 8).abs().max() < 0.05


def test_square_stays_in_range_when_enlarging() -> None:
    image = images.square(torch.randint(0, 256, (5, 5, 3), dtype=torch.uint8), 32)
    assert image.min() >= -1
    assert image.max() <= 1


@pytest.mark.parametrize("picture", [torch.zeros(3, 4, 4), torch.zeros(4, 4, 3), torch.zeros(4, 4)])
def test_square_refuses_other_tensors(picture: torch.Tensor) -> None:
    with pytest.raises(ValueError, match=r"must be uint8 \(H, W, 3\)"):
        images.square(picture, 4)


def test_square_refuses_no_size() -> None:
    with pytest.raises(ValueError, match="size = 0"):
        images.square(torch.zeros(4, 4, 3, dtype=torch.uint8), 0)


@pytest.mark.parametrize("size", [32, 64])
def test_bundled_pictures_by_name(size: int) -> None:
    assert {"campanile", "rickshaw", "skyline"} <= set(images.names())
    for name in images.names():
        image = images.load_image(name, size)
        assert image.shape == (1, 3, size, size)
        assert image.abs().max() <= 1
        assert image.std() > 0.2


def test_an_unknown_name_lists_the_names() -> None:
    with pytest.raises(ValueError, match=r"'campanille'.*campanile, .*skyline"):
        images.load_image("campanille", 64)


def test_a_path_is_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path / "mine.png", [[RED]])
    monkeypatch.chdir(tmp_path)
    for path in ("mine.png", tmp_path / "mine.png", Path("mine.png")):
        assert images.load_image(path, 2).mean(dim=(0, 2, 3)).tolist() == [1, -1, -1]
    with pytest.raises(ValueError, match=r"yours\.png: no such file"):
        images.load_image("yours.png", 2)


def test_to_picture_inverts_square() -> None:
    picture = torch.randint(0, 256, (7, 7, 3), dtype=torch.uint8)
    assert torch.equal(images.to_picture(images.square(picture, 7)), picture)


def test_to_picture_clamps_and_survives_nan() -> None:
    image = torch.tensor([-3.0, 2.0, float("nan"), float("inf")]).reshape(1, 1, 4)
    assert images.to_picture(image)[0, :, 0].tolist() == [0, 255, 128, 255]


def test_to_picture_takes_half_precision_and_gradients() -> None:
    assert images.to_picture(torch.ones(1, 3, 2, 2, dtype=torch.float16, requires_grad=True)).min() == 255


@pytest.mark.parametrize("shape", [(2, 3, 4, 4), (2, 4, 4), (4, 4), (4, 4, 3)])
def test_to_picture_refuses_a_batch(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="shape"):
        images.to_picture(torch.zeros(shape))


def test_to_pil() -> None:
    picture = images.to_pil(torch.ones(3, 4, 6))
    assert (picture.size, picture.mode) == ((6, 4), "RGB")


@pytest.mark.parametrize(("size", "rows", "columns"), [(64, (2, 20), (24, 42)), (32, (1, 10), (12, 21))])
def test_box_mask_scales_from_64(size: int, rows: tuple[int, int], columns: tuple[int, int]) -> None:
    mask = images.box_mask((2, 20), (24, 42), size)
    expected = torch.zeros(1, 1, size, size)
    expected[:, :, slice(*rows), slice(*columns)] = 1
    assert torch.equal(mask, expected)


def test_a_box_never_vanishes() -> None:
    assert images.box_mask((0, 1), (63, 64), 8).sum() == 1


@pytest.mark.parametrize("ends", [(5, 5), (-1, 4), (0, 65), (9, 3)])
def test_box_mask_refuses_what_is_no_box(ends: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=rf"columns = {ends[0]}, {ends[1]}"):
        images.box_mask((0, 64), ends, 64)


def test_load_mask_is_one_where_light(tmp_path: Path) -> None:
    path = save(tmp_path / "mask.png", [[[0] * 3, WHITE], [[100] * 3, [200] * 3]])
    assert images.load_mask(path, 2).tolist() == [[[[0, 1], [0, 1]]]]
