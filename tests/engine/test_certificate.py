"""Who issued a certificate: read from real ones, and nonsense never breaks it."""

import ssl

import trustme
from hypothesis import given
from hypothesis import strategies as st

from uploader_gui.engine.connection_test import UNREADABLE, read_certificate


def der(pem: bytes) -> bytes:
    return ssl.PEM_cert_to_DER_cert(pem.decode())


AUTHORITY = trustme.CA(organization_name="Mairie de Sète", organization_unit_name="Sécurité")
LEAF = der(AUTHORITY.issue_cert("register.test", common_name="register.test").cert_chain_pems[0].bytes())


def test_the_issuer_of_a_certificate_is_named() -> None:
    certificate = read_certificate(LEAF)
    assert certificate.issuer == "Mairie de Sète"
    assert not certificate.self_signed


def test_a_certificate_that_vouches_for_itself_is_noticed() -> None:
    certificate = read_certificate(der(AUTHORITY.cert_pem.bytes()))
    assert certificate.self_signed
    assert certificate.issuer == "Mairie de Sète"


@given(st.one_of(st.binary(), st.integers(0, len(LEAF)).map(lambda cut: LEAF[:cut])))
def test_what_is_no_certificate_is_unreadable(data: bytes) -> None:
    assert data == LEAF or read_certificate(data) == UNREADABLE


@given(st.integers(0, len(LEAF) - 1), st.integers(0, 255))
def test_a_damaged_certificate_breaks_nothing(at: int, byte: int) -> None:
    damaged = LEAF[:at] + bytes([byte]) + LEAF[at + 1 :]
    assert read_certificate(damaged).issuer.isprintable()
