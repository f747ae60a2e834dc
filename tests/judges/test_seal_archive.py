"""poppler, OpenSSL, rfc3161-client, qpdf and pyHanko judge documents archived as PAdES B-LTA."""

import asyncio
import re
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
import rfc3161_client
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator import ValidationContext

from api.desks import desk_of
from api.licensing import issue, read_record
from api.node import Node
from licenses.order import IssueOrder
from licenses.store import departments
from seal.apply import seal_pdf
from seal.place import Place
from tests.judges.programs import attempt, run
from tests.nodes import HandClock, example
from tests.unit.seal.local import LocalSigner
from tests.unit.seal.papers import Paper


@pytest.fixture
def document(node: Node) -> bytes:
    return issue(node, IssueOrder(read_record(node, example("business-license")), "op-1")).document


def ranges(pdf: bytes) -> tuple[bytes, bytes]:
    """What the last signature covers, and its container."""
    found = re.findall(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]", pdf)
    before, start, length = (int(value) for value in found[-1])
    container = bytes.fromhex(pdf[before + 1 : start - 1].decode())
    return pdf[:before] + pdf[start : start + length], container[: 4 + int.from_bytes(container[2:4], "big")]


def test_pdfsig_says_the_newest_signature_covers_the_whole_document(document: bytes, tmp_path: Path) -> None:
    file = tmp_path / "license.pdf"
    file.write_bytes(document)
    said = attempt("pdfsig", "-nocert", file).stdout
    seal, _, stamp = said.partition("Signature #2")
    assert "Signature is Valid" in seal
    assert "Total document signed" in stamp  # poppler reads the range of a time-stamp, not its token


def test_pdfsig_says_a_long_term_seal_covers_the_whole_document(node: Node, tmp_path: Path) -> None:
    with node.database.reading() as session:
        code = departments.departments(session)[0].credit_code
        desk = desk_of(node, session, code)
    signer = LocalSigner()
    sealed = seal_pdf(
        Paper().to_bytes(),
        signer=signer,
        certificate=signer.certificate("own"),
        chain=(),
        seal_record_der=desk.seal.record_der,
        appearance_pdf=desk.seal.appearance_pdf,
        place=Place(1, 100, 100),
        timestamper=node.timestamper,
        now=node.clock(),
        certify=True,
        proofs=desk.proofs,
    )
    file = tmp_path / "longterm.pdf"
    file.write_bytes(sealed)
    said = run("pdfsig", "-nocert", file)
    assert "Signature is Valid" in said
    assert "Total document signed" in said


def test_openssl_verifies_the_document_time_stamp(
    document: bytes, node: Node, clock: HandClock, tmp_path: Path
) -> None:
    content, token = ranges(document)
    (tmp_path / "token").write_bytes(token)
    (tmp_path / "anchor").write_bytes(node.anchor.public_bytes(Encoding.PEM))
    (tmp_path / "authority").write_bytes(node.services.authority.certificate.public_bytes(Encoding.PEM))
    arguments = ("ts", "-verify", "-in", tmp_path / "token", "-token_in", "-CAfile", tmp_path / "anchor")
    arguments += ("-untrusted", tmp_path / "authority", "-attime", str(int(clock().timestamp()) + 60))
    assert "Verification: OK" in run("openssl", *arguments, "-digest", sha256(content).hexdigest())
    assert attempt("openssl", *arguments, "-digest", "00" * 32).returncode != 0


def test_rfc3161_client_accepts_the_document_time_stamp(document: bytes, node: Node) -> None:
    content, token = ranges(document)
    # The client reads responses: the same token behind a status "granted".
    body = b"\x30\x03\x02\x01\x00" + token
    size = len(body).to_bytes(2, "big")
    response = rfc3161_client.decode_timestamp_response(b"\x30\x82" + size + body)
    verifier = (
        rfc3161_client.VerifierBuilder()
        .add_root_certificate(node.anchor)
        .add_intermediate_certificate(node.services.authority.certificate)
        .tsa_certificate(node.timestamping.certificate)
        .build()
    )
    assert verifier.verify_message(response, content)
    with pytest.raises(rfc3161_client.VerificationError):
        verifier.verify_message(response, content + b"x")


def test_qpdf_finds_nothing_wrong_and_the_page_is_still_pdf_a_4f(document: bytes, tmp_path: Path) -> None:
    file = tmp_path / "license.pdf"
    file.write_bytes(document)
    assert "No syntax or stream encoding errors" in run("qpdf", "--check", file)
    metadata = PdfFileReader(BytesIO(document)).root["/Metadata"].data
    assert b"<pdfaid:part>4</pdfaid:part>" in metadata
    assert b"<pdfaid:conformance>F</pdfaid:conformance>" in metadata


def test_pyhanko_trusts_the_archived_document_years_later_without_a_network(
    document: bytes, node: Node, clock: HandClock
) -> None:
    clock.advance(timedelta(days=1))
    reader = PdfFileReader(BytesIO(document))
    root = asn1_x509.Certificate.load(node.anchor.public_bytes(Encoding.DER))
    store = DocumentSecurityStore.read_dss(reader)
    context: ValidationContext = store.as_validation_context(
        {"trust_roots": [root], "allow_fetching": False, "moment": clock(), "revocation_mode": "hard-fail"}
    )
    [signature] = reader.embedded_regular_signatures
    status = asyncio.run(async_validate_pdf_signature(signature, context, context))
    assert (status.intact, status.valid, status.trusted, status.docmdp_ok) == (True, True, True, True)
    assert status.modification_level is not None
    assert status.modification_level.name == "LTA_UPDATES"
