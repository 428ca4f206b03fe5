"""A certificate authority for one test run, made by trustme: for servers that are to speak https on loopback."""

import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True, slots=True)
class ServerCertificate:
    """A certificate for 127.0.0.1 and localhost, as PEM files for servers that want files."""

    chain: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.chain, self.key)
        return context


class CertificateAuthority:
    """Signs one server certificate. Who trusts `pem` trusts the servers; nobody else does."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        self.pem = folder / "ca.pem"
        self.server = ServerCertificate(folder / "server.pem", folder / "server.key")
        authority.cert_pem.write_to_path(str(self.pem))
        leaf = authority.issue_cert("127.0.0.1", "localhost", "register.test", "storage.test")
        leaf.private_key_pem.write_to_path(str(self.server.key))
        for part in leaf.cert_chain_pems:
            part.write_to_path(str(self.server.chain), append=True)

    def server_context(self) -> ssl.SSLContext:
        return self.server.context()

    def client_context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.pem))
