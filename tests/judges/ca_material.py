"""One chain of every profile with its lists, made now and laid out as files for tools that know only the
clock.
"""

import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy.orm import Session

from ca.ceremony import newest_root_crl, sign_trust_list_signer
from ca.crl import publish_crl
from ca.parse import parse_crl
from ca.profile import PROFILES, TRUST_LIST_SIGNER, IssuedBy
from ca.revoke import Reason, revoke
from keys.clock import utc_now
from tests.unit.ca.samples import ISSUER_URI, Sample
from tests.unit.ca.world import World, make_world, memory_engine, new_key, organ, pem

REVOKED, OUTSIDE = "revoked", "outside"


@dataclass(frozen=True)
class Material:
    """Certificates by profile name, and two bad ones: `revoked` and `outside` (the node's region)."""

    world: World
    directory: Path
    now: datetime
    certificates: dict[str, x509.Certificate]
    node_crl: x509.CertificateRevocationList
    root_crl: x509.CertificateRevocationList

    def path(self, name: str) -> Path:
        return self.directory / name

    def chain(self, name: str) -> tuple[x509.Certificate, ...]:
        """The certificate first, the root last."""
        certificate, root, node = (
            self.certificates[name],
            self.world.root.certificate,
            self.world.authority.certificate,
        )
        if certificate == root:
            return (root,)
        return (certificate, root) if certificate.issuer == root.subject else (certificate, node, root)


def make_material(directory: Path) -> Material:
    now = utc_now()
    world = make_world(directory, memory_engine(), now)
    certificates = {
        "root": world.root.certificate,
        "node_ca": world.authority.certificate,
        "trust_list_signer": sign_trust_list_signer(
            world.root, _csr(), organ("信任列表"), now=now
        ).certificate,
    }
    for profile in PROFILES.values():
        if profile.issued_by is IssuedBy.NODE:
            uris = (ISSUER_URI,) if profile.names_issuer_uri else ()
            key = new_key().public_key()
            certificates[profile.name] = world.issue(profile, organ(), key, now=now, san_uris=uris)
    assert set(certificates) == set(PROFILES)
    certificates[REVOKED] = world.issue(PROFILES["seal"], organ(), new_key().public_key(), now=now)
    with Session(world.engine) as session:
        revoke(session, certificates[REVOKED].serial_number, Reason.KEY_COMPROMISE, now)
        node_crl = parse_crl(publish_crl(session, world.authority, now))
        session.commit()
    outside = Sample.good(world, PROFILES["seal"], organ(region="广东省"), now).built()
    signed = world.signed_by_node(outside.tbs_certificate_bytes)
    certificates[OUTSIDE] = x509.load_der_x509_certificate(signed)
    root_crl = parse_crl(newest_root_crl(world.root))
    material = Material(world, directory, now, certificates, node_crl, root_crl)
    _lay_out(material)
    return material


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a judge; its words are in `stdout` and `stderr` together."""
    return subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )


def _lay_out(material: Material) -> None:
    for name, certificate in material.certificates.items():
        material.path(f"{name}.pem").write_bytes(pem(certificate))
        material.path(f"{name}.chain.pem").write_bytes(pem(*material.chain(name)))
    lists = [crl.public_bytes(Encoding.PEM) for crl in (material.root_crl, material.node_crl)]
    material.path("root.crl.pem").write_bytes(lists[0])
    material.path("node.crl.pem").write_bytes(lists[1])
    material.path("crls.pem").write_bytes(b"".join(lists))


def _csr() -> bytes:
    subject = organ("信任列表").to_name()
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    assert TRUST_LIST_SIGNER.issued_by is IssuedBy.ROOT
    return builder.sign(new_key(), hashes.SHA256()).public_bytes(Encoding.PEM)
