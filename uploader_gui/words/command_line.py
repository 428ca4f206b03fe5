"""The sentences of the command line: `--help`, and wrong usage."""

from __future__ import annotations

from uploader_gui.words.translation import QT_TRANSLATE_NOOP, Sentence


class Help(Sentence):
    """What `--help` says."""

    USAGE = QT_TRANSLATE_NOOP("command_line", "usage:")
    ABOUT = QT_TRANSLATE_NOOP("command_line", "Attach files to an anomaly of a digital safety register.")
    EXIT_CODES = QT_TRANSLATE_NOOP(
        "command_line",
        "Exit codes: 0 all files uploaded or skipped; 1 some were not; 2 wrong usage; 130 interrupted.",
    )
    WHAT = QT_TRANSLATE_NOOP("command_line", "what is sent:")
    OPTIONS = QT_TRANSLATE_NOOP("command_line", "options:")
    PATH = QT_TRANSLATE_NOOP("command_line", "files and folders put into the queue at start")
    ANOMALY = QT_TRANSLATE_NOOP("command_line", "the anomaly that receives them")
    START = QT_TRANSLATE_NOOP("command_line", "begin at once (needs --anomaly)")
    QUIT_WHEN_DONE = QT_TRANSLATE_NOOP("command_line", "leave when nothing is left to do")
    REPORT = QT_TRANSLATE_NOOP("command_line", "write this run’s receipt as JSON when leaving")
    HEADLESS = QT_TRANSLATE_NOOP("command_line", "no window; implies --start --quit-when-done")
    AGAIN = QT_TRANSLATE_NOOP("command_line", "send also what was already uploaded to this anomaly")
    CONVERT = QT_TRANSLATE_NOOP("command_line", "convert pictures the service refuses (HEIC, WebP, TIFF, BMP) to JPEG")
    ZIP = QT_TRANSLATE_NOOP("command_line", "send other files it refuses inside a ZIP, as they are")
    SANDBOX = QT_TRANSLATE_NOOP("command_line", "use the built-in stand-in service on this machine")
    DEMO = QT_TRANSLATE_NOOP("command_line", "--sandbox with sample files for anomaly DEMO-1, started at once")
    SELF_TEST = QT_TRANSLATE_NOOP("command_line", "check what the program relies on, print it, and leave")
    VERSION = QT_TRANSLATE_NOOP("command_line", "show the program’s version and leave")
    HELP = QT_TRANSLATE_NOOP("command_line", "show this help and leave")

    @property
    def context(self) -> str:
        """Name the group of the translation file."""
        return "command_line"


class Wrong(Sentence):
    """What is wrong with what was typed."""

    UNKNOWN = QT_TRANSLATE_NOOP("command_line", "%1 is not an option (see uploader-gui --help).")
    NEEDS_VALUE = QT_TRANSLATE_NOOP("command_line", "%1 needs a value after it (see uploader-gui --help).")
    TAKES_NO_VALUE = QT_TRANSLATE_NOOP("command_line", "%1 stands alone, without a value (see uploader-gui --help).")
    OTHERWISE = QT_TRANSLATE_NOOP("command_line", "%1 (see uploader-gui --help).")
    ANOMALY = QT_TRANSLATE_NOOP("command_line", "%1 is no anomaly ID: 1 to 64 letters, digits, _ or -.")
    NEEDS_ANOMALY = QT_TRANSLATE_NOOP("command_line", "%1 needs an anomaly: add --anomaly ID.")
    NO_PLACE = QT_TRANSLATE_NOOP("command_line", "the folder it was started in cannot be used: %1.")
    EMPTY_PATH = QT_TRANSLATE_NOOP("command_line", "a PATH is empty.")
    REPORT_NAMELESS = QT_TRANSLATE_NOOP("command_line", "--report needs the name of a file.")
    REPORT_REPLACES = QT_TRANSLATE_NOOP("command_line", "the receipt would replace a file that is to be sent: %1.")
    REPORT_IS_FOLDER = QT_TRANSLATE_NOOP("command_line", "the receipt cannot be written: %1 is a folder.")
    REPORT_NAMES_FOLDER = QT_TRANSLATE_NOOP("command_line", "the receipt cannot be written: %1 names a folder.")
    REPORT_IS_PIPE = QT_TRANSLATE_NOOP("command_line", "the receipt cannot be written: %1 is a pipe.")
    REPORT_UNWRITABLE = QT_TRANSLATE_NOOP(
        "command_line", "the receipt cannot be written: %1 is no folder that can be written to (%2)."
    )
    WINDOWLESS = QT_TRANSLATE_NOOP("command_line", "Running without a window. %1")
    HOW_WINDOWLESS = QT_TRANSLATE_NOOP(
        "command_line", "%1 Without a window: uploader-gui --headless --anomaly ID PATH …"
    )

    @property
    def context(self) -> str:
        """Name the group of the translation file."""
        return "command_line"
