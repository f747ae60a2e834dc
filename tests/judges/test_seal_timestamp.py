"""OpenSSL judges the time-stamp inside a sealed PDF (PAdES B-T), against the root of the node."""

from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader

from api.db import Database
from api.perform import perform
from seal.use import ApplySeal
from tests.judges.programs import attempt, run
from tests.unit.seal.local import MIDDLE
from tests.unit.seal.office import Office, open_office
from tests.unit.seal.papers import Paper


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return open_office(database, tmp_path)


def test_openssl_verifies_the_time_stamp_over_the_signature(office: Office, tmp_path: Path) -> None:
    which = office.active_seal()
    action = ApplySeal(
        office.in_use(which),
        Paper().to_bytes(),
        MIDDLE,
        purpose="notice",
        used_by="op-1",
        on_behalf_of="",
        timestamper=office.timestamper(),
    )
    [sealed] = perform(office, [action])
    [signature] = PdfFileReader(BytesIO(sealed)).embedded_signatures
    signer_info = signature.signer_info
    token = tmp_path / "token"
    token.write_bytes(signer_info["unsigned_attrs"][0]["values"][0].dump())
    (tmp_path / "root.pem").write_bytes(office.root.public_bytes(Encoding.PEM))
    (tmp_path / "node.pem").write_bytes(office.authority.certificate.public_bytes(Encoding.PEM))
    arguments = ("ts", "-verify", "-in", token, "-token_in")
    trust = ("-CAfile", tmp_path / "root.pem", "-untrusted", tmp_path / "node.pem")
    when = ("-attime", str(int(office.now.timestamp()) + 60))
    digest = sha256(signer_info["signature"].native).hexdigest()
    assert "Verification: OK" in run("openssl", *arguments, "-digest", digest, *trust, *when)
    assert attempt("openssl", *arguments, "-digest", "00" * 32, *trust, *when).returncode != 0
