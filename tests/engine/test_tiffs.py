"""A TIFF comes out as the picture it is, or is refused as one that a JPEG cannot hold: never as another picture."""

import io
import struct
from collections.abc import Callable, Iterable

import pytest
from PIL import Image

from tests.support.tiffs import HEIGHT, WIDTH, Tags, tiff
from uploader_gui.engine.errors import BrokenPicture, CannotConvert
from uploader_gui.engine.pictures.decoder import PictureDecoder

Picture = list[list[tuple[int, int, int]]]
CLOSE = 20
RAMP = [[(x * 4, y * 5, 128) for x in range(WIDTH)] for y in range(HEIGHT)]
"""Red grows to the right, green downwards."""
GREY: Picture = [[(x * 4, x * 4, x * 4) for x in range(WIDTH)] for _ in range(HEIGHT)]
STEPS: Picture = [[(x // 16 * 85, x // 16 * 85, x // 16 * 85) for x in range(WIDTH)] for _ in range(HEIGHT)]
"""Four greys; with two bits each, or sixteen with four, they are these."""
HALF = 128
HALVES: Picture = [[(0, 0, 0)] * (WIDTH // 2) + [(255, 255, 255)] * (WIDTH // 2) for _ in range(HEIGHT)]

BITS, COMPRESSION, KIND, FILL, SAMPLES, PLANES, MAP, INKS, EXTRA, FORMAT = (
    *(258, 259, 262, 266, 277, 284, 320, 332, 338),
    339,
)
WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, SEPARATED, YCBCR, LAB = 0, 1, 2, 3, 5, 6, 8


def numbers(values: Iterable[int], letter: str = "B", order: str = "<") -> bytes:
    found = list(values)
    return struct.pack(f"{order}{len(found)}{letter}", *found)


def grey(letter: str = "B", order: str = "<", scale: Callable[[int], int] = int) -> bytes:
    return numbers((scale(pixel[0]) for line in GREY for pixel in line), letter, order)


def colors(letter: str = "B", order: str = "<", factor: int = 1, more: tuple[int, ...] = ()) -> bytes:
    return numbers((value * factor for line in RAMP for pixel in line for value in (*pixel, *more)), letter, order)


def planes(letter: str = "B", factor: int = 1) -> list[bytes]:
    return [numbers((pixel[band] * factor for line in RAMP for pixel in line), letter) for band in range(3)]


def packed(bits: int, picture: Picture, *, flip: bool = False) -> bytes:
    most, made = (1 << bits) - 1, bytearray()
    for line in picture:
        text = "".join(f"{(most - v if flip else v):0{bits}b}" for v in (pixel[0] * most // 255 for pixel in line))
        made += int(text, 2).to_bytes(len(text) // 8, "big")
    return bytes(made)


def twelve_bits(picture: Picture) -> bytes:
    return packed(12, [[(value,) * 3 for pixel in line for value in pixel] for line in picture])


def half_on_white(picture: Picture) -> Picture:
    return [[tuple((v + 255) // 2 for v in pixel) for pixel in line] for line in picture]  # type: ignore[misc]  # three


def color_map(bits: int) -> tuple[int, ...]:
    """Grey again, as a palette: its numbers are of 16 bits, or (wrongly, and yet often) of 8."""
    return tuple(value * (257 if bits == 16 else 1) for value in range(256)) * 3


RIGHT: dict[str, tuple[bytes, Picture]] = {
    "grey": (tiff([grey()], {BITS: 8, KIND: BLACK_IS_ZERO}), GREY),
    "grey, white is 0": (tiff([grey(scale=lambda v: 255 - v)], {BITS: 8, KIND: WHITE_IS_ZERO}), GREY),
    "grey of 16 bits": (tiff([grey("H", scale=lambda v: v * 257)], {BITS: 16, KIND: BLACK_IS_ZERO}), GREY),
    "grey of 16 bits, big-endian": (
        tiff([grey("H", ">", lambda v: v * 257)], {BITS: 16, KIND: BLACK_IS_ZERO}, ">"),
        GREY,
    ),
    "grey of 16 bits, white is 0": (
        tiff([grey("H", scale=lambda v: 65535 - v * 257)], {BITS: 16, KIND: WHITE_IS_ZERO}),
        GREY,
    ),
    "black and white": (tiff([packed(1, HALVES)], {BITS: 1, KIND: BLACK_IS_ZERO}), HALVES),
    "black and white, white is 0": (tiff([packed(1, HALVES, flip=True)], {BITS: 1, KIND: WHITE_IS_ZERO}), HALVES),
    "two bits": (tiff([packed(2, STEPS)], {BITS: 2, KIND: BLACK_IS_ZERO}), STEPS),
    "four bits": (tiff([packed(4, STEPS)], {BITS: 4, KIND: BLACK_IS_ZERO}), STEPS),
    "colours": (tiff([colors()], {BITS: (8, 8, 8), KIND: RGB, SAMPLES: 3}), RAMP),
    "colours in planes": (tiff(planes(), {BITS: (8, 8, 8), KIND: RGB, SAMPLES: 3, PLANES: 2}), RAMP),
    "colours of 16 bits": (tiff([colors("H", factor=257)], {BITS: (16, 16, 16), KIND: RGB, SAMPLES: 3}), RAMP),
    "colours of 16 bits, big-endian": (
        tiff([colors("H", ">", 257)], {BITS: (16, 16, 16), KIND: RGB, SAMPLES: 3}, ">"),
        RAMP,
    ),
    "colours, opaque": (tiff([colors(more=(255,))], {BITS: (8, 8, 8, 8), KIND: RGB, SAMPLES: 4, EXTRA: 2}), RAMP),
    "palette": (tiff([grey()], {BITS: 8, KIND: PALETTE, MAP: color_map(16)}), GREY),
    "palette of 8 bits": (tiff([grey()], {BITS: 8, KIND: PALETTE, MAP: color_map(8)}), GREY),
    "format told": (tiff([grey()], {BITS: 8, KIND: BLACK_IS_ZERO, FORMAT: 1}), GREY),
}
RIGHT |= {
    f"colours of {bits} bits in {len(bands)} planes, {extra}, {order}": (
        tiff(bands, {BITS: (bits,) * len(bands), KIND: RGB, SAMPLES: len(bands), PLANES: 2, **extra}, order),
        RAMP,
    )
    for order in "<>"
    for bits, bands, extra in (
        (16, [numbers((pixel[band] * 257 for line in RAMP for pixel in line), "H", order) for band in range(3)], {}),
        (8, [*planes(), b"\xff" * WIDTH * HEIGHT], {EXTRA: 2}),
        (8, [*planes(), bytes(WIDTH * HEIGHT)], {EXTRA: 0}),
    )
}
RIGHT |= {
    f"{kind}, {order}": (tiff(strips, tags, order), expected)  # type: ignore[arg-type]  # mypy joins them to objects
    for order in "<>"
    for kind, strips, tags, expected in (
        ("12 bits", [packed(12, GREY)], {BITS: 12, KIND: BLACK_IS_ZERO}, GREY),
        ("colours of 12 bits", [twelve_bits(RAMP)], {BITS: (12,) * 3, KIND: RGB, SAMPLES: 3}, RAMP),
        (
            "grey of 16 bits, half opaque",
            [numbers((n for line in GREY for v, _, _ in line for n in (v * 257, HALF * 257)), "H", order)],
            {BITS: (16, 16), KIND: BLACK_IS_ZERO, SAMPLES: 2, EXTRA: 2},
            half_on_white(GREY),
        ),
        ("16 bits, white is 0", [grey("H", order, lambda v: 65535 - v * 257)], {BITS: 16, KIND: WHITE_IS_ZERO}, GREY),
        (
            "planes multiplied by their opacity",
            [numbers((v * HALF // 255 for v in plane), "B") for plane in planes()] + [bytes([HALF]) * WIDTH * HEIGHT],
            {BITS: (8,) * 4, KIND: RGB, SAMPLES: 4, PLANES: 2, EXTRA: 1},
            half_on_white(RAMP),
        ),
    )
}
OTHERS: dict[str, tuple[bytes, Picture]] = {
    "tiles in the place of strips": (
        tiff([grey()[at::4] for at in range(4)], {BITS: 8, KIND: BLACK_IS_ZERO, 278: 12, 322: 16, 323: HEIGHT}),
        [],
    ),
    "12 bits, white is 0": (tiff([packed(12, GREY, flip=True)], {BITS: 12, KIND: WHITE_IS_ZERO}), GREY),
    "10 bits": (tiff([packed(10, GREY)], {BITS: 10, KIND: BLACK_IS_ZERO}), GREY),
    "signed": (tiff([grey("b", scale=lambda v: v - 128)], {BITS: 8, KIND: BLACK_IS_ZERO, FORMAT: 2}), GREY),
    "signed, white is 0": (tiff([grey("b", scale=lambda v: 127 - v)], {BITS: 8, KIND: WHITE_IS_ZERO, FORMAT: 2}), GREY),
    "signed of 16 bits": (
        tiff([grey("h", scale=lambda v: v * 257 - 32768)], {BITS: 16, KIND: BLACK_IS_ZERO, FORMAT: 2}),
        GREY,
    ),
    "signed colours": (
        tiff([colors()], {BITS: (8, 8, 8), KIND: RGB, SAMPLES: 3, FORMAT: (2, 2, 2)}),
        [[(0, 0, 0)] * WIDTH] * HEIGHT,
    ),
    "32 bits": (tiff([grey("I", scale=lambda v: v << 24)], {BITS: 32, KIND: BLACK_IS_ZERO}), GREY),
    "half floats": (tiff([grey("e")], {BITS: 16, KIND: BLACK_IS_ZERO, FORMAT: 3}), GREY),
    "bits in reverse": (
        tiff([grey(scale=lambda v: int(f"{v:08b}"[::-1], 2))], {BITS: 8, KIND: BLACK_IS_ZERO, FILL: 2}),
        GREY,
    ),
    "colours of 5, 6 and 5 bits": (tiff([bytes(WIDTH * HEIGHT * 2)], {BITS: (5, 6, 5), KIND: RGB, SAMPLES: 3}), RAMP),
    "other inks": (tiff([bytes(WIDTH * HEIGHT * 4)], {BITS: (8,) * 4, KIND: SEPARATED, SAMPLES: 4, INKS: 2}), RAMP),
    "chroma at half the size": (
        tiff([bytes(WIDTH * HEIGHT * 3 // 2)], {BITS: (8,) * 3, KIND: YCBCR, SAMPLES: 3, 530: (2, 2)}),
        RAMP,
    ),
    "a colour filter's raw data": (tiff([grey("H")], {BITS: 16, KIND: 32803}), GREY),
    "logarithmic": (tiff([grey("H")], {BITS: 16, KIND: 32844}), GREY),
    "JPEG 2000 inside": (tiff([b"?" * 100], {BITS: 8, KIND: BLACK_IS_ZERO, COMPRESSION: 34712}), GREY),
    "two greys": (tiff([grey() * 2], {BITS: (8, 8), KIND: BLACK_IS_ZERO, SAMPLES: 2}), GREY),
}


def shown(jpeg: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(jpeg))
    picture.load()
    return picture.convert("RGB")


def looks_like(picture: Image.Image, expected: Picture) -> bool:
    """Compare some pixels away from the edges, where a JPEG blurs."""
    points = [(x, y) for x in range(4, WIDTH, 8) for y in range(4, HEIGHT, 8)]
    pairs = [(picture.getpixel((x, y)), expected[y][x]) for x, y in points]
    return all(abs(a - b) <= CLOSE for one, other in pairs for a, b in zip(one, other, strict=True))  # type: ignore[arg-type]  # of RGB a tuple


@pytest.mark.parametrize("kind", RIGHT)
def test_what_is_stored_in_a_usual_way_comes_out_right(kind: str, decoder: PictureDecoder) -> None:
    content, expected = RIGHT[kind]
    picture = shown(decoder.jpeg(content, lambda: None).content)
    assert picture.size == (WIDTH, HEIGHT)
    assert looks_like(picture, expected)


@pytest.mark.parametrize("kind", [kind for kind in RIGHT if " planes, " in kind])
def test_planes_that_lead_out_of_the_file_are_broken(kind: str, decoder: PictureDecoder) -> None:
    content, _ = RIGHT[kind]
    order = "<" if content.startswith(b"II") else ">"
    (at,) = struct.unpack_from(f"{order}I", content, 4)
    entry = content.index(struct.pack(f"{order}HH", 273, 4), at)
    (offsets,) = struct.unpack_from(f"{order}I", content, entry + 8)
    moved = bytearray(content)
    struct.pack_into(
        f"{order}I", moved, offsets + 4 * 2, len(content) - len(planes()[0]) * (2 if "16 bits" in kind else 1) + 10
    )
    with pytest.raises(BrokenPicture):
        decoder.jpeg(bytes(moved), lambda: None)


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_stored_in_another_way_comes_out_right_or_is_refused(kind: str, decoder: PictureDecoder) -> None:
    content, expected = OTHERS[kind]
    try:
        made = decoder.jpeg(content, lambda: None)
    except CannotConvert:
        return
    assert looks_like(shown(made.content), expected)


def test_a_mask_on_a_second_page_is_no_second_picture(decoder: PictureDecoder) -> None:
    first, mask = tiff([colors()], {BITS: (8, 8, 8), KIND: RGB, SAMPLES: 3}), packed(1, HALVES)
    assert looks_like(shown(decoder.jpeg(with_page(first, mask, subfile=4), lambda: None).content), RAMP)
    with pytest.raises(CannotConvert, match="several pages"):
        decoder.jpeg(with_page(first, mask, subfile=0), lambda: None)


def with_page(first: bytes, strip: bytes, subfile: int) -> bytes:
    """Append a page of one bit to a little-endian TIFF."""
    (at,) = struct.unpack_from("<I", first, 4)
    (count,) = struct.unpack_from("<H", first, at)
    tags: Tags = {254: subfile, 256: WIDTH, 257: HEIGHT, BITS: 1, COMPRESSION: 1, KIND: 4 if subfile else 1, 273: 0}
    tags |= {SAMPLES: 1, 278: HEIGHT, 279: len(strip)}
    tags[273] = len(first)
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in sorted(tags.items()))
    whole = bytearray(first)
    struct.pack_into("<I", whole, at + 2 + 12 * count, len(first) + len(strip))
    return bytes(whole) + strip + struct.pack("<H", len(tags)) + entries + bytes(4)
