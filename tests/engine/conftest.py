"""Clients of the program and the service they talk to."""

import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.engine.service import Service
from tests.support.certificates import CertificateAuthority
from tests.support.strict_api import StrictApi
from uploader_gui.engine.journal.journal import Journal
from uploader_gui.engine.net.client import tls_context
from uploader_gui.engine.tasks_and_threads import DaemonThreads


@pytest.fixture(scope="session")
def trust() -> ssl.SSLContext:
    return tls_context(None)


@pytest.fixture
def journal_path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.sqlite3"


@pytest.fixture
def journal(journal_path: Path) -> Iterator[Journal]:
    with closing(Journal(journal_path)) as journal:
        yield journal


@pytest.fixture(scope="session")
def extended_trust(ca: CertificateAuthority) -> ssl.SSLContext:
    return tls_context(ca.pem)


@pytest.fixture
async def service(strict_api: StrictApi, trust: ssl.SSLContext) -> AsyncIterator[Service]:
    async with Service(strict_api.url, trust) as service:
        yield service


@pytest.fixture
def threads() -> Iterator[DaemonThreads]:
    threads = DaemonThreads()
    yield threads
    threads.shutdown()
