"""Pictures in files and tensors.

A picture is uint8 (H, W, 3); an image is what the model sees, (1, 3, S, S) in [-1, 1].
"""

import warnings
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

PICTURES = Path(__file__).parent.parent / "assets" / "pictures"
MOST_PIXELS = 100_000_000
MASK_GRID = 64


def names() -> list[str]:
    """Return the names of the bundled pictures, in alphabetical order."""
    return sorted(path.stem for path in PICTURES.glob("*.png"))


def open_picture(path: str | Path) -> Tensor:
    """Return a picture as uint8 (H, W, 3): upright, in RGB, on white where it was transparent.

    Raises ValueError, naming the file, when it is missing, not a picture, damaged, or has more than 100
    million pixels.
    """
    return torch.from_numpy(np.array(_opened(Path(path))))


def square(picture: Tensor, size: int) -> Tensor:
    """Return the middle square of a uint8 (H, W, 3) picture as an image (1, 3, size, size) in [-1, 1].

    Raises ValueError when the picture has another shape or dtype, or the size is no positive number.
    """
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != torch.uint8:
        found = f"{picture.dtype} {tuple(picture.shape)}"
        raise ValueError(f"picture is {found}, but must be uint8 (H, W, 3); use open_picture")
    if size < 1:
        raise ValueError(f"size = {size}, but must be at least 1; 64 is usual")
    side = min(picture.shape[:2])
    top, left = (picture.shape[0] - side) // 2, (picture.shape[1] - side) // 2
    middle = picture[top : top + side, left : left + side].permute(2, 0, 1)[None].float()
    return _resized(middle, size) / 127.5 - 1


def find_picture(path_or_name: str | Path) -> Path:
    """Return the file of a picture: the path itself, or that of the bundled picture of that name.

    Raises ValueError, listing the names, for a bare name that is neither a file nor bundled.
    """
    path = Path(path_or_name)
    bundled = PICTURES / f"{path_or_name}.png"
    if str(path_or_name) in names() and not path.is_file():
        return bundled
    if not path.is_file() and not path.suffix and len(path.parts) == 1:
        raise ValueError(
            f"picture = {str(path_or_name)!r}, but the bundled pictures are {', '.join(names())}; "
            "choose one of them, or pass the path of a file"
        )
    return path


def load_image(path_or_name: str | Path, size: int) -> Tensor:
    """Return a picture as an image (1, 3, size, size) in [-1, 1], cropped to its middle square.

    path_or_name: a file, or the name of a bundled picture, such as "campanile".  Raises ValueError, naming
    the file or listing the names, when it cannot be had.
    """
    return square(open_picture(find_picture(path_or_name)), size)


def to_picture(image: Tensor) -> Tensor:
    """Return an image in [-1, 1] as a uint8 (H, W, 3) picture, what lies outside clamped.

    image: (3, H, W), (1, 3, H, W), or one grey channel, (1, H, W) or (1, 1, H, W); NaN becomes mid-grey.
    Raises ValueError for every other shape.
    """
    one = image[0] if image.ndim == 4 and image.shape[0] == 1 else image
    if one.ndim != 3 or one.shape[0] not in (1, 3):
        raise ValueError(
            f"image has shape {tuple(image.shape)}, but must be (3, H, W) or (1, 3, H, W); pick one"
        )
    clamped = one.detach().float().cpu().nan_to_num(0.0, 1.0, -1.0).clamp(-1, 1)
    levels = ((clamped + 1) * 127.5).round().to(torch.uint8)
    return levels.expand(3, -1, -1).permute(1, 2, 0).contiguous()


def to_pil(image: Tensor) -> Image.Image:
    """Return an image in [-1, 1] as a Pillow image in RGB; shapes and errors as in `to_picture`."""
    return Image.fromarray(to_picture(image).numpy())


def box_mask(rows: tuple[int, int], columns: tuple[int, int], size: int) -> Tensor:
    """Return a mask (1, 1, size, size): 1 (new content) within a box, 0 (kept) outside.

    rows, columns: first and one past the last, on a grid of 64 whatever the size: (2, 20) and (24, 42)
    are the top of the Campanile.  Other sizes widen the box to whole pixels.  Raises ValueError unless
    0 <= first < past <= 64.
    """
    mask = torch.zeros(1, 1, size, size)
    (top, bottom), (left, right) = (
        _span(of, ends, size) for of, ends in (("rows", rows), ("columns", columns))
    )
    mask[..., top:bottom, left:right] = 1
    return mask


def load_mask(path: str | Path, size: int) -> Tensor:
    """Return a drawn mask as (1, 1, size, size) of zeros and ones: 1 (new content) where it is light.

    Cropped to its middle square as pictures are.  Errors as in `open_picture`.
    """
    grey = square(open_picture(path), size).mean(dim=1, keepdim=True)
    return (grey > 0).float()


def _opened(path: Path) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as file:
                _refuse_large(path, file.size)
                return _on_white(ImageOps.exif_transpose(file))
    except FileNotFoundError:
        raise ValueError(f"{path}: no such file; check the path") from None
    except Image.DecompressionBombError:
        raise _too_large(path) from None
    except UnidentifiedImageError:
        raise ValueError(f"{path}: not a picture; save it as PNG or JPEG") from None
    except (OSError, SyntaxError, EOFError) as error:
        raise ValueError(f"{path}: damaged or unreadable ({error}); save it again as PNG or JPEG") from error


def _refuse_large(path: Path, size: tuple[int, int]) -> None:
    if size[0] * size[1] > MOST_PIXELS:
        raise _too_large(path)


def _too_large(path: Path) -> ValueError:
    return ValueError(f"{path}: more than {MOST_PIXELS // 10**6} million pixels; save a smaller copy")


def _on_white(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return _eight_bit(picture).convert("RGB")
    layers = picture.convert("RGBA")
    white = Image.new("RGBA", layers.size, "white")
    return Image.alpha_composite(white, layers).convert("RGB")


def _eight_bit(picture: Image.Image) -> Image.Image:
    """Scale 16-bit grey pictures, which Pillow would clip instead, to 8 bits."""
    if not picture.mode.startswith("I"):
        return picture
    levels = np.asarray(picture, dtype=np.float64) / 65535 * 255
    return Image.fromarray(levels.clip(0, 255).round().astype(np.uint8))


def _resized(image: Tensor, size: int) -> Tensor:
    interpolate = torch.nn.functional.interpolate
    resized: Tensor = interpolate(image, (size, size), mode="bilinear", antialias=True, align_corners=False)
    return resized.clamp(0, 255)


def _span(name: str, ends: tuple[int, int], size: int) -> tuple[int, int]:
    first, past = ends
    if not 0 <= first < past <= MASK_GRID:
        rule = f"0 <= first < past <= {MASK_GRID}"
        raise ValueError(f"{name} = {first}, {past}, but they count on a grid of {MASK_GRID}: {rule}")
    return first * size // MASK_GRID, -(-past * size // MASK_GRID)
