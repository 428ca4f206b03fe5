"""Notices log records of WARNING and above that a test did not expect. `conftest.py` puts one around each test.

The program logs from INFO on, as it does when it runs: a message whose values do not fit it raises where it is logged.
"""

import logging
import re

PROGRAM = "uploader_gui"
WATCHED = (PROGRAM, "asyncio", "qasync")


class ExpectedLogs(logging.Handler):
    """Collects what the watched loggers say from WARNING on; `allow()` names what a test provokes on purpose."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.records: list[logging.LogRecord] = []
        self._level_before = logging.NOTSET
        self._allowed: list[re.Pattern[str]] = []

    def allow(self, pattern: str) -> None:
        """Expect messages in which this regular expression is found (before or after they came)."""
        self._allowed.append(re.compile(pattern, re.DOTALL))

    def stray(self) -> list[str]:
        """Return the messages nobody expected, each with its level, its logger and its traceback."""
        return [self.format(record) for record in self.records if not self._is_allowed(record)]

    def emit(self, record: logging.LogRecord) -> None:
        record.getMessage()
        if record.levelno >= logging.WARNING:
            self.records.append(record)

    def watch(self) -> None:
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
        for name in WATCHED:
            logging.getLogger(name).addHandler(self)
        self._level_before = logging.getLogger(PROGRAM).level
        logging.getLogger(PROGRAM).setLevel(logging.INFO)

    def unwatch(self) -> None:
        logging.getLogger(PROGRAM).setLevel(self._level_before)
        for name in WATCHED:
            logging.getLogger(name).removeHandler(self)

    def _is_allowed(self, record: logging.LogRecord) -> bool:
        return any(pattern.search(record.getMessage()) for pattern in self._allowed)
