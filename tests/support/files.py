"""Makes the files the tests upload: real little ones of each accepted type, or any size. The fixture `files`."""

import random
from pathlib import Path, PurePath

from tests.support.samples import SAMPLES, sample_for

BLOCK = 64 * 1024
TEXTUAL = {".txt", ".csv", ".svg", ".eml"}


class Files:
    """A folder that makes files. What it makes is the same in every run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make(self, name: str, *, size: int | None = None, content: bytes | None = None) -> Path:
        """Make a file; `name` may hold folders.

        Args:
            name: its extension decides the signature it begins with.
            size: bytes in all, the signature first (cut off where it is longer), then padding.
            content: these very bytes instead.

        Without size and content it is the smallest true file of its type.
        """
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if size is not None:
            self._fill(path, size)
        else:
            path.write_bytes(sample_for(name) if content is None else content)
        return path

    def one_of_each(self) -> dict[str, Path]:
        """Make one file of each media type the program sends (image/jpg is never sent): 15, by media type."""
        return {media: self.make(f"sample{extension}") for extension, media in MEDIA_TYPES.items()}

    @staticmethod
    def _fill(path: Path, size: int) -> None:
        """Write in blocks that differ from each other, so that a block lost or doubled shows in the hash."""
        textual = PurePath(path.name).suffix.lower() in TEXTUAL
        padding = random.Random(path.name)
        with path.open("wb") as file:
            file.write(sample_for(path.name)[:size])
            noise = b"0123456789abcde\n" * (BLOCK // 16) if textual else padding.randbytes(BLOCK)
            while (left := size - file.tell()) > 0:
                mark = f"{file.tell():015d}\n".encode()
                file.write((mark + noise[len(mark) :])[:left])


MEDIA_TYPES = {extension: media for extension, (media, _) in SAMPLES.items() if extension != ".jpeg"}
"""The media type to expect by extension, one extension for each."""
