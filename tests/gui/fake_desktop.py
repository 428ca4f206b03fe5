"""A desktop by hand: keeps what the program shows and asks of it."""

from PySide6.QtCore import QObject

from uploader_gui.gui.taskbar_and_notifications import Desktop


class FakeDesktop(Desktop):
    """Shows nothing."""

    reading_ms = 0

    def __init__(self) -> None:
        QObject.__init__(self)
        self.notifications: list[tuple[str, str]] = []
        self.progress: list[tuple[float | None, int]] = []
        self.awake = False
        self.icon = ""

    def notify(self, title: str, text: str) -> None:
        self.notifications.append((title, text))

    def show_progress(self, share: float | None, left: int) -> None:
        self.progress.append((share, left))

    def keep_awake(self, wanted: bool) -> None:  # noqa: FBT001 -- the seam's own
        self.awake = wanted

    def show_icon(self, tip: str) -> None:
        self.icon = tip

    def hide_icon(self) -> None:
        self.icon = ""

    def close(self) -> None:
        pass
