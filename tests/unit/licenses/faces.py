"""Made-up licenses and real keys for the tests of the faces."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from keys.algorithms import Algorithm, PublicKey
from licenses.catalogue import Catalogue, load_catalogue
from licenses.content import Issuer, LicenseContent, content_of
from licenses.credential import build_payload, sign_credential
from licenses.identifier import build_identifier
from licenses.record import parse_record

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "records"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.json"))
ISS = "https://zj.example/issuers/11330000XYXY00013Y"
STATUS_URI = "https://zj.example/status/1"
ISSUED_ON = date(2026, 11, 22)


@dataclass(frozen=True)
class TestSigner:
    """A signer with a key of its own, outside any keyring."""

    __test__ = False
    kid: str = "test-key"
    algorithm: Algorithm = Algorithm.ES256
    private_key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def public_key(self) -> PublicKey:
        return self.private_key.public_key()

    def sign(self, message: bytes) -> bytes:
        return self.private_key.sign(message, ec.ECDSA(hashes.SHA256()))


@cache
def catalogue() -> Catalogue:
    return load_catalogue()


def example(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def content(name: str = "business-license", **changes: Any) -> LicenseContent:
    """The license an example record becomes; `changes` replace members of the record."""
    return content_from({**example(name), **changes})


def content_from(raw: dict[str, Any]) -> LicenseContent:
    record = parse_record(json.dumps(raw), catalogue())
    license_type = catalogue().get(record.license_type)
    return content_of(
        record,
        license_type,
        identifier=build_identifier(
            type_code=license_type.national_code,
            issuer_code=record.issuer,
            serial="7K2M9Q0X4T1B8N5R3W6Z",
            version=1,
        ),
        issuer=Issuer("浙江省市场监督管理局（演示）", record.issuer, "330000"),
        issued_on=ISSUED_ON,
    )


def certificate(
    common_name: str, issuer: str, public_key: Any, signer: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    """A plain certificate, enough to stand in an `x5c`."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)]))
        .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issuer)]))
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=900))
        .add_extension(x509.SubjectAlternativeName([x509.UniformResourceIdentifier(ISS)]), critical=False)
        .sign(signer, hashes.SHA256())
    )


@cache
def issuer_signer() -> TestSigner:
    return TestSigner()


@cache
def issuer_chain() -> tuple[x509.Certificate, ...]:
    authority = ec.generate_private_key(ec.SECP256R1())
    return (
        certificate("示例签发机关", "示例节点", issuer_signer().public_key, authority),
        certificate("示例节点", "示例根", authority.public_key(), authority),
    )


def credential(made: LicenseContent | None = None, **arguments: Any) -> str:
    """A signed credential of the example license."""
    draft = build_payload(
        made or content(),
        iss=ISS,
        status_uri=STATUS_URI,
        status_index=arguments.pop("status_index", 4711),
        **arguments,
    )
    return sign_credential(draft, issuer_signer(), issuer_chain())
