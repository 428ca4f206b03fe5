"""Reads the virtual files of a drag or of the clipboard on Windows, from the `IDataObject` itself.

Qt's way (`QMimeData.data`) gives short or empty files without a word: of a stream that gives little at a time, fails
half way, cannot seek, or is a storage; and the window stands still meanwhile. So a drop target of ours stands before
Qt's, hands everything on to it, and knows the data object while something is over the window (`Door`). The object is
read in another thread, which gets it marshalled, or asks the clipboard itself.

Only `ctypes`. Methods are called by their place in the interface's table. Sources: Microsoft, "Shell Data Object",
"IDataObjectAsyncCapability", `objidl.h`; Chromium, `ui/base/clipboard/clipboard_util_win.cc`; qtbase,
`qwindowsdrag.cpp`.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from contextlib import contextmanager
from ctypes import c_int32, c_int64, c_size_t, c_uint16, c_uint32, c_void_p, c_wchar_p
from typing import TYPE_CHECKING, Any, ClassVar, Final

from uploader_gui.engine.errors import NotFetched, Variant
from uploader_gui.engine.fetching import CHUNK_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from uploader_gui.engine.fetching import Sink, VirtualFile

windll: Any = getattr(ctypes, "windll", None)
_prototype: Any = getattr(ctypes, "WINFUNCTYPE", None)

_HGLOBAL, _ISTREAM, _ISTORAGE = 1, 4, 8
_NO_INTERFACE, _FAIL = -2147467262, -2147467259
_DISK_FULL: Final = 0x80030070
_COPY: Final = 1
_ALL: Final = -1
"""The index that means the offer as a whole."""


class ComError(Exception):
    """A COM method failed; `result` is its HRESULT."""

    def __init__(self, result: int) -> None:
        super().__init__(f"0x{result & 0xFFFFFFFF:08X}")
        self.result = result & 0xFFFFFFFF


class _Format(ctypes.Structure):
    _fields_: ClassVar = [
        ("format", c_uint16),
        ("device", c_void_p),
        ("aspect", c_uint32),
        ("index", c_int32),
        ("media", c_uint32),
    ]


class _Medium(ctypes.Structure):
    _fields_: ClassVar = [("kind", c_uint32), ("value", c_void_p), ("release", c_void_p)]


def _iid(text: str) -> Any:
    first, second, third, *rest = text.split("-")
    head = struct.pack("<IHH", int(first, 16), int(second, 16), int(third, 16))
    return ctypes.create_string_buffer(head + bytes.fromhex("".join(rest)), 16)


_UNKNOWN = _iid("00000000-0000-0000-C000-000000000046")
_DATA_OBJECT = _iid("0000010E-0000-0000-C000-000000000046")
_DROP_TARGET = _iid("00000122-0000-0000-C000-000000000046")
_ASYNC_CAPABILITY = _iid("3D8B0590-F691-11D2-8EA9-006097DF5BD4")


class _Api:
    """The functions of Windows that are needed, with their types."""

    def __init__(self) -> None:
        ole, kernel, user = windll.ole32, windll.kernel32, windll.user32
        one, handle = c_int32, c_void_p
        self.marshal = _typed(ole.CoMarshalInterThreadInterfaceInStream, one, handle, handle, handle)
        self.unmarshal = _typed(ole.CoGetInterfaceAndReleaseStream, one, handle, handle, handle)
        self.initialize_free = _typed(ole.CoInitializeEx, one, handle, c_uint32)
        self.uninitialize_free = _typed(ole.CoUninitialize, None)
        self.initialize = _typed(ole.OleInitialize, one, handle)
        self.uninitialize = _typed(ole.OleUninitialize, None)
        self.clipboard = _typed(ole.OleGetClipboard, one, handle)
        self.release_medium = _typed(ole.ReleaseStgMedium, None, handle)
        self.create_storage = _typed(ole.StgCreateDocfile, one, c_wchar_p, c_uint32, c_uint32, handle)
        self.register = _typed(ole.RegisterDragDrop, one, handle, handle)
        self.revoke = _typed(ole.RevokeDragDrop, one, handle)
        self.lock = _typed(kernel.GlobalLock, handle, handle)
        self.unlock = _typed(kernel.GlobalUnlock, one, handle)
        self.size = _typed(kernel.GlobalSize, c_size_t, handle)
        self.property = _typed(user.GetPropW, handle, handle, c_wchar_p)
        named = _typed(user.RegisterClipboardFormatW, c_uint32, c_wchar_p)
        self.contents = named("FileContents")
        self.descriptors = (named("FileGroupDescriptorW"), named("FileGroupDescriptor"))


def _typed(function: Any, result: Any, *arguments: Any) -> Any:
    function.restype, function.argtypes = result, arguments
    return function


def _call(pointer: int, slot: int, *arguments: Any, types: tuple[Any, ...] | None = None) -> int:
    """Call a method by its place in the table and return its HRESULT. Without `types` all arguments are pointers."""
    table = ctypes.cast(ctypes.cast(pointer, ctypes.POINTER(c_void_p))[0], ctypes.POINTER(c_void_p))
    method = _prototype(c_int32, c_void_p, *(types or [c_void_p] * len(arguments)))(table[slot])
    return int(method(pointer, *arguments))


def _call_checked(pointer: int, slot: int, *arguments: Any, types: tuple[Any, ...] | None = None) -> None:
    """Call a method as `_call` does; raise `ComError` where it fails."""
    _check(_call(pointer, slot, *arguments, types=types))


def _check(result: int) -> None:
    if result < 0:
        raise ComError(result)


def _add_reference(pointer: int) -> None:
    _call(pointer, 1)


def _release(pointer: int) -> None:
    _call(pointer, 2)


class Door:
    """Stands before Qt's drop target of one native window. Made in Qt's thread, after the window is shown.

    Attributes:
        is_open: False where Qt has no drop target there: then nothing is changed.
        busy: refuse all drags, because the last drop is still being read: Qt knows one at a time.
    """

    def __init__(self, window: int) -> None:
        self.busy = False
        self._api = _Api()
        self._data: int | None = None
        self._qt: int = self._api.property(window, "OleDropTargetInterface") or 0
        self.is_open = bool(self._qt)
        if self.is_open:
            _add_reference(self._qt)
            self._build()
            self._stand_before(window)

    @property
    def data(self) -> int:
        """The data object that is over the window or was just dropped.

        Raises:
            NotFetched: nothing is over the window.
        """
        if self._data is None:
            raise NotFetched(variant=Variant.OFFER_GONE)
        return self._data

    def hold(self) -> None:
        """Never let go of the present data object: its program hangs, and would hang this one."""
        _add_reference(self.data)

    def _build(self) -> None:
        """Build the table of an IDropTarget's methods; ctypes keeps none of this alive by itself."""
        drag = _prototype(c_int32, c_void_p, c_void_p, c_uint32, c_int64, c_void_p)
        self._methods: tuple[Any, ...] = (
            _prototype(c_int32, c_void_p, c_void_p, c_void_p)(self._query),
            _prototype(c_uint32, c_void_p)(lambda _: 2),
            _prototype(c_uint32, c_void_p)(lambda _: 1),
            drag(lambda _, *rest: self._with_data(3, *rest)),
            _prototype(c_int32, c_void_p, c_uint32, c_int64, c_void_p)(self._over),
            _prototype(c_int32, c_void_p)(lambda _: 0 if self.busy else _call(self._qt, 5)),
            drag(lambda _, *rest: self._with_data(6, *rest)),
        )
        self._table = (c_void_p * len(self._methods))(*(ctypes.cast(one, c_void_p) for one in self._methods))
        self._object = c_void_p(ctypes.addressof(self._table))

    def _stand_before(self, window: int) -> None:
        self._api.revoke(window)
        if self._api.register(window, ctypes.addressof(self._object)) < 0:
            self._api.register(window, self._qt)
            self.is_open = False

    def _query(self, this: int, wanted: int, answer: int) -> int:
        is_known = ctypes.string_at(wanted, 16) in {_UNKNOWN.raw, _DROP_TARGET.raw}
        ctypes.cast(answer, ctypes.POINTER(c_void_p))[0] = this if is_known else None
        return 0 if is_known else _NO_INTERFACE

    def _over(self, _this: int, keys: int, place: int, effect: int) -> int:
        if self.busy:
            return _refuse(effect)
        return _call(self._qt, 4, keys, place, effect, types=(c_uint32, c_int64, c_void_p))

    def _with_data(self, slot: int, data: int, keys: int, place: int, effect: int) -> int:
        if self.busy:
            return _refuse(effect)
        self._data = data
        try:
            return _call(self._qt, slot, data, keys, place, effect, types=(c_void_p, c_uint32, c_int64, c_void_p))
        finally:
            self._data = None


def _refuse(effect: int) -> int:
    ctypes.cast(effect, ctypes.POINTER(c_uint32))[0] = 0
    return 0


class DroppedData:
    """The data object of a drop, made within the drop. `is_asynchronous`: the drop may end before it is read."""

    def __init__(self, door: Door) -> None:
        self._api = _Api()
        stream = c_void_p()
        _check(self._api.marshal(_DATA_OBJECT, door.data, ctypes.byref(stream)))
        self._stream = stream
        self.is_asynchronous = _begin_operation(door.data)

    @contextmanager
    def opened(self, files: Sequence[VirtualFile]) -> Iterator[DataObject]:
        """Open it in this thread; see `fetching.Offered`."""
        del files  # it is what was dropped
        with _apartment(lambda: self._api.initialize_free(None, 0), self._api.uninitialize_free):
            pointer = c_void_p()
            _check(self._api.unmarshal(self._stream, _DATA_OBJECT, ctypes.byref(pointer)))
            data = DataObject(self._api, pointer.value or 0)
            try:
                yield data
            finally:
                if self.is_asynchronous:
                    _end_operation(data.pointer, well=data.is_whole)
                _release(data.pointer)


class CopiedData:
    """The data object of the clipboard."""

    def __init__(self, describe: Callable[[bytes, bool], Iterable[VirtualFile]]) -> None:
        self._api = _Api()
        self._describe = describe

    @contextmanager
    def opened(self, files: Sequence[VirtualFile]) -> Iterator[DataObject]:
        """Open it in this thread; see `fetching.Offered`."""
        with _apartment(lambda: self._api.initialize(None), self._api.uninitialize):
            pointer = c_void_p()
            _check(self._api.clipboard(ctypes.byref(pointer)))
            data = DataObject(self._api, pointer.value or 0)
            try:
                if not {(one.index, one.name) for one in files} <= {(one.index, one.name) for one in self._files(data)}:
                    raise NotFetched(variant=Variant.OFFER_GONE)
                yield data
            finally:
                _release(data.pointer)

    def _files(self, data: DataObject) -> list[VirtualFile]:
        for format_, wide in zip(self._api.descriptors, (True, False), strict=True):
            try:
                return list(self._describe(data.block(format_), wide))
            except ComError:
                continue
        raise NotFetched(variant=Variant.OFFER_GONE)


@contextmanager
def _apartment(begin: Callable[[], int], end: Callable[[], None]) -> Iterator[None]:
    """Have COM in this thread."""
    _check(begin())
    try:
        yield
    finally:
        end()


def _begin_operation(data: int) -> bool:
    """Return whether the source works on while its files are read, and tell it that this begins."""
    able = c_void_p()
    if _call(data, 0, _ASYNC_CAPABILITY, ctypes.byref(able)) < 0 or not able.value:
        return False
    mode = c_int32()
    try:
        return _call(able.value, 4, ctypes.byref(mode)) >= 0 and bool(mode.value) and _call(able.value, 5, None) >= 0
    finally:
        _release(able.value)


def _end_operation(data: int, *, well: bool) -> None:
    able = c_void_p()
    if _call(data, 0, _ASYNC_CAPABILITY, ctypes.byref(able)) >= 0 and able.value:
        arguments = (0, None, _COPY) if well else (_FAIL, None, 0)
        _call(able.value, 7, *arguments, types=(c_int32, c_void_p, c_uint32))
        _release(able.value)


class DataObject:
    """An IDataObject in the thread that reads it. `is_whole`: the last file came."""

    def __init__(self, api: _Api, pointer: int) -> None:
        self.pointer = pointer
        self.is_whole = True
        self._api = api

    def block(self, format_: int) -> bytes:
        """Return the data of a format as a block of memory."""
        with self._medium(format_, _ALL, _HGLOBAL) as medium:
            return self._bytes_of(medium.value)

    def copy(self, file: VirtualFile, sink: Sink) -> None:
        """Write a file's bytes into a sink; see `fetching.Contents`."""
        self.is_whole = False
        try:
            self._copy(file, sink)
        except ComError as error:
            if error.result == _DISK_FULL:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
            raise NotFetched(str(error), variant=Variant.NOT_GIVEN) from error
        self.is_whole = True

    def _copy(self, file: VirtualFile, sink: Sink) -> None:
        """Ask for a stream or storage first: a ZIP folder answers with success and nothing where a block may come."""
        problem = ComError(_FAIL)
        ways = [(file.index, media) for media in (_ISTREAM | _ISTORAGE, _HGLOBAL, _ISTREAM, _ISTORAGE)]
        if file.is_alone:  # some know their only file by no number
            ways += [(_ALL, _ISTREAM), (_ALL, _HGLOBAL)]
        for index, media in ways:
            try:
                with self._medium(self._api.contents, index, media) as medium:
                    if medium.value:
                        self._read(medium, sink)
                        return
            except _NotOfThisKind as error:
                problem = error
        raise problem

    def _read(self, medium: _Medium, sink: Sink) -> None:
        if medium.kind == _ISTREAM:
            self._read_stream(medium.value, sink)
        elif medium.kind == _ISTORAGE:
            self._read_storage(medium.value, sink)
        else:
            self._read_block(medium.value, sink)

    def _read_stream(self, stream: int, sink: Sink) -> None:
        """Read to the end: fewer bytes than wanted are not the end, only none are."""
        _call(stream, 5, 0, 0, None, types=(c_int64, c_uint32, c_void_p))  # Outlook leaves it at its end; some cannot
        buffer, got = ctypes.create_string_buffer(CHUNK_BYTES), c_uint32()
        view = memoryview(buffer)
        while True:
            got.value = 0
            _call_checked(stream, 3, buffer, CHUNK_BYTES, ctypes.byref(got), types=(c_void_p, c_uint32, c_void_p))
            if not got.value:
                break
            sink.write(view[: got.value])
        if sink.expected is None:
            sink.expected = max(self._length_of(stream), sink.count)

    def _length_of(self, stream: int) -> int:
        """Return the length a stream says it has, 0 where it says none: `STATSTG.cbSize`, 16 bytes from its start."""
        facts = ctypes.create_string_buffer(80)
        if _call(stream, 12, facts, 1, types=(c_void_p, c_uint32)) < 0:
            return 0
        return int(struct.unpack_from("<Q", facts, 16)[0])

    def _read_block(self, block: int, sink: Sink) -> None:
        """A block may be longer than its content: Windows rounds up."""
        size = self._api.size(block)
        size = size if sink.expected is None else min(size, sink.expected)
        address = self._api.lock(block)
        try:
            for start in range(0, size if address else 0, CHUNK_BYTES):
                piece = (ctypes.c_char * min(CHUNK_BYTES, size - start)).from_address(address + start)
                sink.write(memoryview(piece))
        finally:
            self._api.unlock(block)

    def _read_storage(self, storage: int, sink: Sink) -> None:
        """Copy a whole mail by OLE itself: it becomes a compound file, a .msg. Its announced size is another one."""
        sink.close()
        made = c_void_p()
        _check(self._api.create_storage(str(sink.part), 0x1012, 0, ctypes.byref(made)))  # create, write, alone
        try:
            _call_checked(storage, 7, 0, None, None, made.value, types=(c_uint32, c_void_p, c_void_p, c_void_p))
            _call_checked(made.value or 0, 9, 0, types=(c_uint32,))
        finally:
            _release(made.value or 0)
        sink.expected = None
        sink.advance(sink.part.stat().st_size)

    @contextmanager
    def _medium(self, format_: int, index: int, media: int) -> Iterator[_Medium]:
        wanted, medium = _Format(format_, None, 1, index, media), _Medium()
        result = _call(self.pointer, 3, ctypes.byref(wanted), ctypes.byref(medium))
        if result < 0:
            raise _NotOfThisKind(result)
        try:
            yield medium
        finally:
            self._api.release_medium(ctypes.byref(medium))

    def _bytes_of(self, block: int) -> bytes:
        address = self._api.lock(block)
        try:
            return ctypes.string_at(address, self._api.size(block)) if address else b""
        finally:
            self._api.unlock(block)


class _NotOfThisKind(ComError):
    """The source does not give it in that form; another one may do."""
