"""A keyring backend that lives in memory, so that no test touches the person's own.

Chosen through PYTHON_KEYRING_BACKEND (for programs the tests start) and by `tests/conftest.py`.
"""

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError, PasswordSetError


class MemoryKeyring(KeyringBackend):
    """Holds secrets until it is gone. `limit` is the longest secret it takes, in UTF-16 bytes (Windows: 2560)."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # keyring gives it no type
        self.limit: int | None = None
        self.secrets: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.secrets.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep the secret; raise `PasswordSetError` where it is too long."""
        if self.limit is not None and len(password.encode("utf-16-le")) > self.limit:
            raise PasswordSetError("too long")
        self.secrets[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Forget the secret; raise `PasswordDeleteError` where there is none."""
        if self.secrets.pop((service, username), None) is None:
            raise PasswordDeleteError("not found")
