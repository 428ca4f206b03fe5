"""Pictures the service refuses, made with Pillow; and one HEIC, for Pillow writes none. Used by tests of conversions.

`turned.heic` was made once with pillow-heif (its encoder is under the GPL, so it is no dependency): 96 by 64 pixels,
blue, a red square in the top left corner and a green one in the top right, stored so that it stands upright after
a quarter turn (64 by 96); with EXIF_TOLD and an sRGB profile.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms

HEIC = Path(__file__).with_name("turned.heic")
GRID = HEIC.with_name("grid.heic")
"""256 by 256 pixels in four tiles, the data of which are the last quarter of the file; made as `turned.heic` was."""
SEVERAL = HEIC.with_name("two.heic")
"""Two pictures of 64 by 48 pixels, red and blue, made with heif-enc."""
CRASHING = HEIC.with_name("item_type_damaged.heic")
"""One bit is flipped in the type of an item: pi_heif takes it for text and ends the process."""
TAKEN = "2024:03:12 10:11:12"
PLACE = {1: "N", 2: (48.0, 51.0, 30.0), 3: "E", 4: (2.0, 17.0, 40.0)}
ORIENTATION, MAKER, CHANGED_AT, EXIF_IFD, GPS_IFD, TAKEN_AT, MAKERS_NOTE = (
    *(0x0112, 0x010F, 0x0132, 0x8769, 0x8825),
    *(0x9003, 0x927C),
)
QUARTER_TURN = 6
UPRIGHT = Image.Transpose.ROTATE_270
"""What EXIF's quarter turn means."""


def sketch() -> Image.Image:
    """Draw what `turned.heic` holds before it is turned."""
    picture = Image.new("RGB", (96, 64), "blue")
    picture.paste("red", (0, 0, 24, 24))
    picture.paste("lime", (72, 0, 96, 24))
    return picture


def told(*, orientation: int = QUARTER_TURN, note: bytes = b"note") -> bytes:
    """Return an EXIF block: date, place, maker, and how the picture is turned."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER], exif[CHANGED_AT] = orientation, "Maker", TAKEN
    exif[EXIF_IFD] = {TAKEN_AT: TAKEN, MAKERS_NOTE: note}
    exif[GPS_IFD] = PLACE
    return exif.tobytes()


def profile() -> bytes:
    """Return a colour profile for RGB, without the time it was made at (ICC.1, 7.2.8)."""
    return dateless(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())


def dateless(icc: bytes) -> bytes:
    """Return a profile with the time it was made at left blank."""
    return icc[:24] + bytes(12) + icc[36:]


def save(path: Path, picture: Image.Image | None = None, **options: Any) -> Path:
    """Save a picture in the format its name says, turned and told of."""
    path.parent.mkdir(parents=True, exist_ok=True)
    (picture or sketch()).save(path, **options)
    return path


def webp(path: Path) -> Path:
    return save(path, exif=told(), icc_profile=profile(), lossless=True)


def tiff(path: Path) -> Path:
    return save(path, exif=told(), icc_profile=profile())


def png(path: Path) -> Path:
    return save(path)


def bmp(path: Path) -> Path:
    return save(path, sketch().transpose(UPRIGHT))


def heic(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(HEIC.read_bytes())
    return path


def two_pages(path: Path) -> Path:
    return save(path, save_all=True, append_images=[sketch()])


MAKERS: dict[str, Callable[[Path], Path]] = {
    "IMG_2041.HEIC": heic,
    "été.webp": webp,
    "scan.tif": tiff,
    "écran.bmp": bmp,
}
"""A picture of each kind by name; all of them show the same."""
