"""Takes the promised files of a drag on macOS (NSFilePromise): the program they come from writes them into a folder.

Qt lets such a drag in (it registers `com.apple.pasteboard.promised-file-url`), but names no promise among its formats;
so the drag's own pasteboard is asked, by PyObjC, within Qt's drag events. A suggested name is never read from there:
that hangs. The names are known once the files are asked for, which has to be within the drop.

Sources: Apple, "Supporting Drag and Drop Through File Promises", `NSFilePromiseReceiver.h`; qtbase,
`qnsview_dragging.mm`, `qmacclipboard.mm`. It was never run on a Mac; tests play the part of AppKit.
"""

from __future__ import annotations

import shutil
import stat
import threading
import unicodedata
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from uploader_gui.engine.errors import NotFetched, Variant
from uploader_gui.engine.fetching import VirtualFile, make_private

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from uploader_gui.engine.fetching import Sink

_LOOK_SECONDS: Final = 0.2
"""How soon a cancelled file is let go of."""
_PATIENCE_LOOKS: Final = int(1800 / _LOOK_SECONDS)
"""Half an hour: Photos may have to download an original, and a program that has ended does not tell."""


def app_kit() -> Any:
    """Return AppKit's classes, Foundation's among them.

    Raises:
        ImportError: this is no Mac, or PyObjC is missing.
    """
    import AppKit  # noqa: PLC0415 - macOS alone has it, and it takes a while

    return AppKit


def promises_in_drag(kit: Any) -> tuple[tuple[str, ...], int]:
    """Return the types that the present drag names, and how many files it promises."""
    board = _drag_pasteboard(kit)
    types = tuple(str(name) for name in board.types() or ())
    return types, len(_receivers(kit, board)) if any("promise" in name for name in types) else 0


def _drag_pasteboard(kit: Any) -> Any:
    return kit.NSPasteboard.pasteboardWithName_(kit.NSPasteboardNameDrag)


def _receivers(kit: Any, board: Any) -> list[Any]:
    return list(board.readObjectsForClasses_options_([kit.NSFilePromiseReceiver], None) or ())


class PromisedFiles:
    """The promised files of a drop, asked for as this is made; `folder` is for them alone, and goes when they are read.

    Attributes:
        places: where each is written, in the order of `files`; none where nothing could be asked for.
    """

    def __init__(self, kit: Any, folder: Path) -> None:
        self.places: list[Path] = []
        self.is_partial = False
        self._folder = folder
        self._came: dict[Path, tuple[Path, str]] = {}
        self._is_over = False
        self._news = threading.Condition()
        self._kept = (kit.NSOperationQueue.alloc().init(), _receivers(kit, _drag_pasteboard(kit)))
        try:
            with self._news:  # a file may be there before its name is known here
                for number, receiver in enumerate(self._kept[1]):
                    self._ask(kit, receiver, folder / str(number))
        finally:
            if not self.places:
                self._end()

    def _ask(self, kit: Any, receiver: Any, into: Path) -> None:
        """Ask for the files of one promise, in a folder of its own: two may have one name."""
        make_private(into)
        place = kit.NSURL.fileURLWithPath_isDirectory_(str(into), True)

        def reader(url: Any, error: Any) -> None:
            name = "" if url is None else Path(str(url.path())).name
            self._note(into, name, "" if error is None else str(error.localizedDescription()))

        receiver.receivePromisedFilesAtDestination_options_operationQueue_reader_(place, {}, self._kept[0], reader)
        names = [Path(str(name)).name for name in receiver.fileNames() or ()]
        self.is_partial |= not names
        self.places += [into / name for name in names]

    @property
    def files(self) -> tuple[VirtualFile, ...]:
        """What was promised, by name; no size is announced."""
        return tuple(VirtualFile(index, place.name) for index, place in enumerate(self.places))

    def _note(self, into: Path, name: str, problem: str) -> None:
        """Note that a file is there, or will not come. AppKit calls this in a thread of its own."""
        with self._news:
            missing = [place for place in self.places if place.parent == into and place not in self._came]
            meant = [place for place in missing if _same(place.name, name)]
            if len(missing) == 1 or meant:
                self._came[(meant or missing)[0]] = into / name, problem
            if self._is_over:
                self._end()
            self._news.notify_all()

    @contextmanager
    def opened(self, files: Sequence[VirtualFile]) -> Iterator[PromisedFiles]:
        """See `fetching.Offered`."""
        del files  # it is what was dropped
        try:
            yield self
        finally:
            self._end()

    def copy(self, file: VirtualFile, sink: Sink) -> None:
        """Wait for a file, and move it to where its bytes are wanted; see `fetching.Contents`."""
        written, problem = self._awaited(self.places[file.index], sink)
        facts = None if problem else written.lstat()
        if facts is None or not stat.S_ISREG(facts.st_mode):  # a folder that looks like a file, as of Pages
            raise NotFetched(problem, variant=Variant.NOT_GIVEN)
        sink.close()
        written.chmod(0o600)
        written.replace(sink.part)
        sink.advance(facts.st_size)

    def _awaited(self, place: Path, sink: Sink) -> tuple[Path, str]:
        with self._news:
            for _ in range(_PATIENCE_LOOKS):
                if place in self._came:
                    return self._came[place]
                self._news.wait(_LOOK_SECONDS)
                sink.advance(0)
        raise NotFetched(variant=Variant.NOT_GIVEN)

    def _end(self) -> None:
        """Remove the folder, which was made for this drop. A file written after that is removed when it is noted."""
        with self._news:
            self._is_over = True
            shutil.rmtree(self._folder, ignore_errors=True)


def _same(one: str, other: str) -> bool:
    """Return whether two names are one to the disk, which may write an é in two ways."""
    return unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)
