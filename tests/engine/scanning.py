"""What a scan finds, in words."""

from pathlib import Path

from uploader_gui.engine.intake.scan import Finding, Junk, findings_below, scan
from uploader_gui.engine.models import Source
from uploader_gui.engine.tasks_and_threads import DaemonThreads


def told(path: Path) -> list[str]:
    """Give what is found below a path in words: a path to send, a path and why not, or "junk"."""
    return [_told(finding, path) for finding in findings_below(path)]


def _told(finding: Finding, below: Path) -> str:
    if isinstance(finding, Junk):
        return "junk"
    source = finding if isinstance(finding, Source) else finding.source
    place = source.path.relative_to(below).as_posix()
    return place if isinstance(finding, Source) else f"{place}: {type(finding.error).__name__}"


async def gathered(paths: list[Path], threads: DaemonThreads) -> tuple[list[str], int]:
    """Walk, and give the names found in their order and the count of junk."""
    names, junk = [], 0
    async for chunk in scan(paths, threads):
        names += [(found if isinstance(found, Source) else found.source).name for found in chunk.found]
        junk += len(chunk.junk)
    return names, junk
