"""Mutual TLS with a register: both sides show a certificate, and a stranger on either side gets nothing."""

import datetime as dt
import ipaddress
import ssl
from pathlib import Path
from time import monotonic
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.conftest import NOW
from tests.unit.trust.persons.registers.server import CHANNEL, right, serving
from trust.persons.errors import ChannelConfigurationWrong
from trust.persons.person import NaturalPerson
from trust.persons.registers.answer import Outcome
from trust.persons.registers.channel import Channel, parse_channel
from trust.persons.registers.client import HttpRegister
from trust.persons.registers.http import HttpFetch
from trust.persons.registers.question import person_question


def certificate(folder: Path, name: str) -> Path:
    """A self-signed certificate with its key in one file; each side trusts exactly the files it is given."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - dt.timedelta(days=3650))
        .not_valid_after(NOW + dt.timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + built.public_bytes(serialization.Encoding.PEM)
    )
    return path


def channel(port: int, authorities: Path, own: Path) -> Channel:
    tls = f'[tls]\nauthorities = "{authorities}"\ncertificate = "{own}"\nkey = "{own}"\n[send]'
    text = CHANNEL.format(url=f"https://127.0.0.1:{port}/check", timeout=2.0)
    return parse_channel(text.replace("[send]", tls))


@pytest.mark.parametrize(
    ("trusted", "shown", "outcome"),
    [
        ("register", "node", Outcome.MATCHED),
        ("stranger", "node", Outcome.FAILED),
        ("register", "stranger", Outcome.FAILED),
    ],
)
def test_both_sides_must_be_who_they_say(
    tmp_path: Path, zhang: NaturalPerson, trusted: str, shown: str, outcome: Outcome
) -> None:
    files = {name: certificate(tmp_path, name) for name in ("register", "node", "stranger")}
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files["register"])
    context.load_verify_locations(files["node"])
    context.verify_mode = ssl.CERT_REQUIRED
    with serving(right({zhang.document.number: zhang.name}), context) as server:
        described = channel(server.port, files[trusted], files[shown])
        register = HttpRegister(described, HttpFetch(described, monotonic), lambda _seconds: None)
        answer = register.ask(person_question(zhang), uuid4())
    assert answer.outcome is outcome
    assert (server.seen != []) == (outcome is Outcome.MATCHED)


def test_a_tls_file_that_is_missing_is_found_at_start(tmp_path: Path) -> None:
    with pytest.raises(ChannelConfigurationWrong):
        HttpFetch(channel(1, tmp_path / "none.pem", tmp_path / "none.pem"), monotonic)
