"""OpenSSL and rfc3161-client judge our time-stamps, and we judge those OpenSSL makes."""

import hashlib
import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import rfc3161_client
from asn1crypto import tsp
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from ca.paths import X509Snapshot
from ca.profile import TIMESTAMP
from ca.timestamp import TimeStampAuthority
from ca.timestamp_verify import verify_token
from keys.clock import utc_now
from keys.report import Cryptography, Trust
from keys.signer import KeyUse
from tests.judges.ca_material import Material, make_material, run
from tests.unit.ca.stamps import STAMPER
from tests.unit.ca.world import new_key

MESSAGE = "一次认证、全国漫游".encode()
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


@dataclass(frozen=True)
class Desk:
    """A time-stamping authority with its certificate, and the files a client needs."""

    material: Material
    authority: TimeStampAuthority
    data: Path

    def path(self, name: str) -> Path:
        return self.material.path(name)

    def query(self, *options: str) -> Path:
        """A query for the data, made by OpenSSL."""
        path = self.path("q.tsq")
        done = run("openssl", "ts", "-query", "-data", self.data, *options, "-out", path)
        assert done.returncode == 0, done.stdout
        return path

    def answer(self, query: Path) -> Path:
        path = self.path("r.tsr")
        path.write_bytes(self.authority.answer(query.read_bytes(), now=utc_now()))
        return path

    def verify(self, *what: str | Path) -> tuple[bool, str]:
        done = run(
            "openssl",
            "ts",
            "-verify",
            *what,
            "-in",
            self.path("r.tsr"),
            "-CAfile",
            self.path("root.pem"),
            "-untrusted",
            self.path("node_ca.pem"),
        )
        return done.returncode == 0 and "Verification: OK" in done.stdout, done.stdout


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    material = make_material(tmp_path_factory.mktemp("stamped"))
    world = material.world
    handle = world.new_handle("tsa", KeyUse.TIMESTAMP, now=material.now)
    certificate = world.issue(TIMESTAMP, STAMPER, handle.public_key, now=material.now)
    authority = TimeStampAuthority(handle, certificate, (world.authority.certificate,))
    data = material.path("data.txt")
    data.write_bytes(MESSAGE)
    return Desk(material, authority, data)


@needs_openssl
@pytest.mark.parametrize("hash_name", ["sha256", "sha384", "sha512"])
def test_openssl_verifies_our_answer_to_its_own_query(desk: Desk, hash_name: str) -> None:
    query = desk.query(f"-{hash_name}", "-cert")
    desk.answer(query)
    assert desk.verify("-queryfile", query) == (True, desk.verify("-queryfile", query)[1])
    assert desk.verify("-data", desk.data)[0]


@needs_openssl
def test_openssl_verifies_an_answer_without_nonce(desk: Desk) -> None:
    query = desk.query("-sha256", "-no_nonce", "-cert")
    desk.answer(query)
    assert desk.verify("-queryfile", query)[0]


@needs_openssl
def test_openssl_verifies_an_answer_without_certificates_when_it_has_them(desk: Desk) -> None:
    query = desk.query("-sha256")
    desk.answer(query)
    both = desk.path("both.pem")
    certificate = desk.authority.certificate.public_bytes(Encoding.PEM)
    both.write_bytes(certificate + desk.path("node_ca.pem").read_bytes())
    done = run(
        "openssl", "ts", "-verify", "-queryfile", query, "-in", desk.path("r.tsr"),
        "-CAfile", desk.path("root.pem"), "-untrusted", both,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@needs_openssl
def test_openssl_refuses_our_answer_for_other_data(desk: Desk) -> None:
    desk.answer(desk.query("-sha256", "-cert"))
    other = desk.path("other.txt")
    other.write_bytes(MESSAGE + b"!")
    ok, words = desk.verify("-data", other)
    assert not ok
    assert "message imprint mismatch" in words


@needs_openssl
def test_openssl_reads_our_refusal_and_its_reason(desk: Desk) -> None:
    desk.answer(desk.query("-sha1", "-cert"))
    done = run("openssl", "ts", "-reply", "-in", desk.path("r.tsr"), "-text")
    assert "Status: Rejected." in done.stdout
    assert "unrecognized or unsupported algorithm identifier" in done.stdout


def test_rfc3161_client_verifies_our_answer(desk: Desk) -> None:
    request = rfc3161_client.TimestampRequestBuilder().data(MESSAGE).nonce(nonce=True).build()
    response = rfc3161_client.decode_timestamp_response(
        desk.authority.answer(request.as_bytes(), now=utc_now())
    )
    world = desk.material.world
    verifier = (
        rfc3161_client.VerifierBuilder.from_request(request)
        .add_root_certificate(world.root.certificate)
        .add_intermediate_certificate(world.authority.certificate)
        .build()
    )
    assert verifier.verify_message(response, MESSAGE)
    with pytest.raises(rfc3161_client.VerificationError):
        verifier.verify_message(response, MESSAGE + b"!")


CONFIGURATION = """
[ tsa ]
default_tsa = ours
[ ours ]
serial = {folder}/serial
signer_cert = {folder}/foreign.pem
signer_key = {folder}/foreign.key.pem
certs = {folder}/node_ca.pem
signer_digest = sha384
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = {identifier}
"""


@needs_openssl
@pytest.mark.parametrize("identifier", ["sha1", "sha256"])
def test_we_verify_what_openssl_stamps(desk: Desk, identifier: str) -> None:
    world, now = desk.material.world, desk.material.now
    key = new_key()
    certificate = world.issue(TIMESTAMP, STAMPER, key.public_key(), now=now)
    desk.path("foreign.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    desk.path("foreign.key.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    desk.path("serial").write_text("01\n", encoding="ascii")
    config = desk.path("tsa.cnf")
    config.write_text(
        CONFIGURATION.format(folder=desk.material.directory, identifier=identifier), encoding="ascii"
    )
    query = desk.query("-sha512", "-cert")
    made = desk.path("foreign.tsr")
    done = run("openssl", "ts", "-reply", "-config", config, "-queryfile", query, "-out", made)
    assert done.returncode == 0, done.stdout
    token = tsp.TimeStampResp.load(made.read_bytes())["time_stamp_token"].dump()
    crls = (desk.material.root_crl, desk.material.node_crl)
    snapshot = X509Snapshot((world.root.certificate,), (), crls, now)
    finding = verify_token(token, hashlib.sha512(MESSAGE).digest(), snapshot, now + timedelta(minutes=1))
    assert (finding.cryptography, finding.trust) == (Cryptography.INTACT, Trust.TRUSTED), finding
    assert finding.policy == "1.2.3.4.1"
