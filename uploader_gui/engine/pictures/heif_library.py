"""libheif and libde265 themselves, as pi_heif's wheel brings them, for what pi_heif does not offer.

It decodes leniently: tiles that are missing stay green, and libheif drops what the decoder of HEVC warns of.
"""

from __future__ import annotations

import ctypes
import sys
from ctypes import POINTER, byref, c_char_p, c_int, c_int64, c_size_t, c_uint8, c_void_p
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import _pi_heif

if TYPE_CHECKING:
    from collections.abc import Iterable

_ANY: Final = 99
"""heif_colorspace_undefined, heif_chroma_undefined: as it is stored."""
_STRICT_SINCE: Final = 3
"""The version of heif_decoding_options that first had `strict_decoding`."""
_NO_MEMORY: Final = 6
"""heif_error_Memory_allocation_error: also what goes beyond libheif's own limits."""
_HARMLESS: Final = frozenset({0, 7, 10, 13, 502, 1000, 1001, 1022, 1025})
"""libde265's words that say nothing of the pixels: no memory, no threads, waiting, not implemented, buffer full,
fewer threads, and a message beside the picture that cannot be read."""


class DecodingError(Exception):
    """The decoder says that the picture is damaged; the text is its own."""


class _Error(ctypes.Structure):
    _fields_ = (("code", c_int), ("subcode", c_int), ("message", c_char_p))


class _Options(ctypes.Structure):
    """The beginning of heif_decoding_options (libheif/heif_decoding.h)."""

    _fields_ = (
        ("version", c_uint8),
        ("ignore_transformations", c_uint8),
        ("callbacks", c_void_p * 4),
        ("convert_hdr_to_8bit", c_uint8),
        ("strict_decoding", c_uint8),
    )


_HEIF: Final[dict[str, tuple[Any, tuple[Any, ...]]]] = {
    "heif_context_alloc": (c_void_p, ()),
    "heif_context_free": (None, (c_void_p,)),
    "heif_context_set_max_decoding_threads": (None, (c_void_p, c_int)),
    "heif_context_read_from_memory_without_copy": (_Error, (c_void_p, c_char_p, c_size_t, c_void_p)),
    "heif_context_get_primary_image_handle": (_Error, (c_void_p, POINTER(c_void_p))),
    "heif_decoding_options_alloc": (POINTER(_Options), ()),
    "heif_decoding_options_free": (None, (POINTER(_Options),)),
    "heif_decode_image": (_Error, (c_void_p, POINTER(c_void_p), c_int, c_int, POINTER(_Options))),
    "heif_image_get_decoding_warnings": (c_int, (c_void_p, c_int, POINTER(_Error), c_int)),
    "heif_image_release": (None, (c_void_p,)),
    "heif_image_handle_release": (None, (c_void_p,)),
}
_DE265: Final[dict[str, tuple[Any, tuple[Any, ...]]]] = {
    "de265_new_decoder": (c_void_p, ()),
    "de265_free_decoder": (c_int, (c_void_p,)),
    "de265_push_NAL": (c_int, (c_void_p, c_char_p, c_int, c_int64, c_void_p)),
    "de265_flush_data": (c_int, (c_void_p,)),
    "de265_decode": (c_int, (c_void_p, POINTER(c_int))),
    "de265_get_warning": (c_int, (c_void_p,)),
    "de265_get_next_picture": (c_void_p, (c_void_p,)),
    "de265_get_error_text": (c_char_p, (c_int,)),
}
"""Function -> what it returns and takes."""


class HeifLibrary:
    """Both libraries. `names` are the functions found; what cannot be asked is not held against a picture."""

    def __init__(self) -> None:
        self._functions: dict[str, Any] = {}
        for part, declared in (("libheif", _HEIF), ("libde265", _DE265)):
            self._functions |= _declared(_loaded(part), declared)

    @property
    def is_strict(self) -> bool:
        """Whether libheif can be told to decode strictly."""
        return self._functions.keys() >= _HEIF.keys()

    @property
    def warns(self) -> bool:
        """Whether libde265 can be asked what it warns of."""
        return self._functions.keys() >= _DE265.keys()

    def decode_strictly(self, data: bytes) -> None:
        """Decode the primary picture, and forget it.

        Raises:
            DecodingError: something of it is missing or contradicts the standard.
            MemoryError: there is no room for it.
        """
        call = self._functions
        context = call["heif_context_alloc"]()
        handle, image = c_void_p(), c_void_p()
        options = call["heif_decoding_options_alloc"]()
        try:
            if options.contents.version >= _STRICT_SINCE:
                options.contents.strict_decoding = 1
            call["heif_context_set_max_decoding_threads"](context, 1)
            _check(call["heif_context_read_from_memory_without_copy"](context, data, len(data), None))
            _check(call["heif_context_get_primary_image_handle"](context, byref(handle)))
            _check(call["heif_decode_image"](handle, byref(image), _ANY, _ANY, options))
            warning = (_Error * 1)()
            if call["heif_image_get_decoding_warnings"](image, 0, warning, 1):
                raise DecodingError(_text(warning[0].message))
        finally:
            call["heif_image_release"](image)
            call["heif_image_handle_release"](handle)
            call["heif_decoding_options_free"](options)
            call["heif_context_free"](context)

    def decode_hevc(self, units: Iterable[bytes]) -> None:
        """Decode one picture of HEVC, given as NAL units with its parameter sets first.

        Raises:
            DecodingError: the decoder failed, warned, or found no picture.
        """
        call = self._functions
        decoder = call["de265_new_decoder"]()
        try:
            for unit in units:
                self._judge(call["de265_push_NAL"](decoder, unit, len(unit), 0, None))
            self._judge(call["de265_flush_data"](decoder))
            if not self._pictures_of(decoder):
                raise DecodingError("there is no picture in it")
        finally:
            call["de265_free_decoder"](decoder)

    def _pictures_of(self, decoder: int) -> int:
        """Decode what was pushed; return how many pictures came out. Each has to be taken, or nothing goes on."""
        call, more, error, found = self._functions, c_int(1), 0, 0
        while more.value and not error:
            error = call["de265_decode"](decoder, byref(more))
            self._judge(error)
            while warning := call["de265_get_warning"](decoder):
                self._judge(warning)
            found += bool(call["de265_get_next_picture"](decoder))
        return found

    def _judge(self, told: int) -> None:
        if told not in _HARMLESS:
            raise DecodingError(_text(self._functions["de265_get_error_text"](told)))


def _check(error: _Error) -> None:
    if error.code == _NO_MEMORY:
        raise MemoryError
    if error.code:
        raise DecodingError(_text(error.message))


def _text(words: bytes | None) -> str:
    return (words or b"").decode("utf-8", "replace")


def _declared(library: ctypes.CDLL | None, names: dict[str, tuple[Any, tuple[Any, ...]]]) -> dict[str, Any]:
    found = {}
    for name, (result, arguments) in names.items():
        function = getattr(library, name, None)
        if function is not None:
            function.restype, function.argtypes = result, list(arguments)
            found[name] = function
    return found


def _loaded(part: str) -> ctypes.CDLL | None:
    """Return a library that pi_heif has loaded already.

    Linux and macOS find a name also in what a module is linked against; Windows looks in the one library alone. Its
    wheel has them beside the module, and so has the bundle.
    """
    module = Path(_pi_heif.__file__)
    file = module if sys.platform != "win32" else next(module.parent.glob(f"{part}-*.dll"), None)
    if file is None:
        return None
    try:
        return ctypes.CDLL(str(file))
    except OSError:
        return None
