"""Direct calls of libheif and libde265, which pi_heif's wheel contains, for strict decoding.

pi_heif decodes leniently: missing tiles stay green, and libheif drops the warnings of libde265, its HEVC decoder.
"""

from __future__ import annotations

import ctypes
import sys
from ctypes import POINTER, byref, c_char_p, c_int, c_int64, c_size_t, c_uint8, c_uint32, c_void_p
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import _pi_heif

from uploader_gui.engine.pictures.messages import MAX_PIXELS

if TYPE_CHECKING:
    from collections.abc import Iterable

_ANY: Final = 99
"""heif_colorspace_undefined, heif_chroma_undefined: as it is stored."""
_STRICT_SINCE: Final = 3
"""The first version of heif_decoding_options with `strict_decoding`."""
_NO_MEMORY: Final = 6
"""heif_error_Memory_allocation_error: also what goes beyond libheif's own limits."""
_HARMLESS: Final = frozenset({0, 7, 10, 13, 502, 1000, 1001, 1022, 1025})
"""libde265's codes that say nothing of the pixels: success, no memory, no threads, waiting, not implemented, buffer
full, fewer threads, and a message beside the picture that cannot be read."""
_COLOURS_TOLD_TWICE: Final = 152
"""heif_suberror_NCLX_colr_VUI_mismatch: container and pixels tell other colours, as in files of some cameras."""
_UNKNOWN_COLOURS: Final = frozenset({133, 134, 135})
"""heif_suberror_Unknown_NCLX_…: the pixels tell colours of which the standard knows nothing."""
_MAX_CODED_PIXELS: Final = 2 * MAX_PIXELS
"""An encoder fills up to whole blocks; what is shown was compared with the limit before."""
_MAX_WARNINGS: Final = 64


class DecodingError(Exception):
    """The picture is damaged; the text is the library's."""


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


class _Limits(ctypes.Structure):
    """The beginning of de265_security_limits (libde265/de265.h): its own are too low for what one item may hold."""

    _fields_ = (("version", c_uint8), ("max_image_pixels", c_uint32), ("max_unit_bytes", c_uint32))


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
    "de265_get_security_limits": (POINTER(_Limits), (c_void_p,)),
    "de265_free_decoder": (c_int, (c_void_p,)),
    "de265_push_NAL": (c_int, (c_void_p, c_char_p, c_int, c_int64, c_void_p)),
    "de265_flush_data": (c_int, (c_void_p,)),
    "de265_decode": (c_int, (c_void_p, POINTER(c_int))),
    "de265_get_warning": (c_int, (c_void_p,)),
    "de265_get_next_picture": (c_void_p, (c_void_p,)),
    "de265_get_error_text": (c_char_p, (c_int,)),
}
"""Function -> its result type and argument types."""


class HeifLibrary:
    """Both libraries. Where one of them lacks a function, the check that needs it is left out."""

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
        """Whether libde265's warnings can be read."""
        return self._functions.keys() >= _DE265.keys()

    def decode_strictly(self, data: bytes) -> None:
        """Decode the primary picture of a HEIC, and drop the pixels.

        Raises:
            DecodingError: a part is missing or contradicts the standard.
            MemoryError: there is too little memory.
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
            error = call["heif_decode_image"](handle, byref(image), _ANY, _ANY, options)
            if error.subcode in _UNKNOWN_COLOURS:
                options.contents.strict_decoding = 0
                error = call["heif_decode_image"](handle, byref(image), _ANY, _ANY, options)
            _check(error)
            warnings = (_Error * _MAX_WARNINGS)()
            count = call["heif_image_get_decoding_warnings"](image, 0, warnings, _MAX_WARNINGS)
            for warning in warnings[:count]:
                if warning.subcode != _COLOURS_TOLD_TWICE:
                    raise DecodingError(_text(warning.message))
        finally:
            call["heif_image_release"](image)
            call["heif_image_handle_release"](handle)
            call["heif_decoding_options_free"](options)
            call["heif_context_free"](context)

    def decode_hevc(self, units: Iterable[bytes]) -> None:
        """Decode one HEVC picture, given as NAL units, parameter sets first.

        Raises:
            DecodingError: the decoder failed, warned, or found no picture.
        """
        call = self._functions
        decoder = call["de265_new_decoder"]()
        try:
            limits = call["de265_get_security_limits"](decoder).contents
            limits.max_image_pixels, limits.max_unit_bytes = _MAX_CODED_PIXELS, 0
            for unit in units:
                self._check_code(call["de265_push_NAL"](decoder, unit, len(unit), 0, None))
            self._check_code(call["de265_flush_data"](decoder))
            if not self._picture_count(decoder):
                raise DecodingError("there is no picture in it")
        finally:
            call["de265_free_decoder"](decoder)

    def _picture_count(self, decoder: int) -> int:
        """Decode what was pushed; return the number of pictures. Each has to be fetched, or decoding stops."""
        call, more, error, found = self._functions, c_int(1), 0, 0
        while more.value and not error:
            error = call["de265_decode"](decoder, byref(more))
            self._check_code(error)
            while warning := call["de265_get_warning"](decoder):
                self._check_code(warning)
            found += bool(call["de265_get_next_picture"](decoder))
        return found

    def _check_code(self, code: int) -> None:
        if code not in _HARMLESS:
            raise DecodingError(_text(self._functions["de265_get_error_text"](code)))


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
    """Return a library that pi_heif has loaded already, None where it is not found.

    Linux and macOS find a function also in the libraries a module is linked against; Windows looks in the one library
    alone. Its wheel has them beside the module, and so has the bundle.
    """
    module = Path(_pi_heif.__file__)
    file = module if sys.platform != "win32" else next(module.parent.glob(f"{part}-*.dll"), None)
    if file is None:
        return None
    try:
        return ctypes.CDLL(str(file))
    except OSError:
        return None
