"""A keyring that does not answer until somebody opens its gate: locked, and waiting for a password nobody types.

Chosen through PYTHON_KEYRING_BACKEND; KEYRING_GATE names a FIFO. Every call waits in the kernel until that is written
to, once; what is written is what the keyring holds, as JSON by user name.
"""

import json
import os
from pathlib import Path
from typing import ClassVar

from tests.support.memory_keyring import MemoryKeyring

GATE = "KEYRING_GATE"


class GatedKeyring(MemoryKeyring):
    """Answers nothing before the gate is open, and everything afterwards."""

    held: ClassVar[dict[str, str] | None] = None

    def get_password(self, service: str, username: str) -> str | None:
        return self._opened().get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self._opened()[username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self._opened()[username]

    @classmethod
    def _opened(cls) -> dict[str, str]:
        if cls.held is None:
            cls.held = json.loads(Path(os.environ[GATE]).read_text("utf-8"))
        return cls.held


def gated(gate: Path) -> dict[str, str]:
    """Make a gate that is shut, and return the variables of a program in front of it."""
    os.mkfifo(gate)
    return {"PYTHON_KEYRING_BACKEND": f"{__name__}.GatedKeyring", GATE: str(gate)}


def open_gate(gate: Path, api_url: str, tokens: tuple[str, str]) -> None:
    """Let the keyring answer; wait until somebody has asked."""
    bearer, session = tokens
    gate.write_text(json.dumps({f"{api_url} bearer": bearer, f"{api_url} session": session}), "utf-8")
