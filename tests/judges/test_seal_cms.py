"""poppler and OpenSSL judge the signatures of sealed PDFs: arithmetic sound, the whole document signed."""

import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.judges.programs import attempt, run
from tests.unit.seal import papers
from tests.unit.seal.local import local_seal
from tests.unit.seal.papers import Paper

DOCUMENTS = {"one table": Paper().to_bytes(), "a table stream": papers.with_xref_stream()}


@pytest.fixture(params=DOCUMENTS.values(), ids=DOCUMENTS.keys())
def document(request: pytest.FixtureRequest) -> bytes:
    return bytes(request.param)


def split(sealed: bytes) -> tuple[bytes, bytes]:
    """The signed bytes and the signature container."""
    found = re.findall(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]", sealed)
    before, start, length = (int(value) for value in found[-1])
    container = bytes.fromhex(sealed[before + 1 : start - 1].decode())
    size = 4 + int.from_bytes(container[2:4], "big")
    return sealed[:before] + sealed[start : start + length], container[:size]


@pytest.mark.parametrize("kind", ["ec", "rsa"])
@pytest.mark.parametrize("certify", [True, False])
def test_pdfsig_finds_the_signature_valid_and_the_whole_document_signed(
    document: bytes, kind: str, certify: bool, tmp_path: Path
) -> None:
    file = tmp_path / "sealed.pdf"
    file.write_bytes(local_seal(kind).apply(document, certify=certify))
    said = run("pdfsig", "-nocert", file)
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said


def test_pdfsig_finds_a_changed_document_invalid(document: bytes, tmp_path: Path) -> None:
    file = tmp_path / "changed.pdf"
    file.write_bytes(
        local_seal()
        .apply(document)
        .replace(b"0 0 595 842", b"0 0 595 843", 1)
        .replace(b"0 595 842", b"0 595 843", 1)
    )
    assert "Signature is Valid" not in attempt("pdfsig", "-nocert", file).stdout


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_openssl_verifies_the_container_over_the_signed_bytes(
    document: bytes, kind: str, tmp_path: Path
) -> None:
    seal = local_seal(kind)
    content, container = split(seal.apply(document))
    (tmp_path / "content").write_bytes(content)
    (tmp_path / "container").write_bytes(container)
    (tmp_path / "anchor").write_bytes(seal.certificate.public_bytes(Encoding.PEM))
    arguments = ("cms", "-verify", "-inform", "DER", "-binary", "-purpose", "any", "-cades")
    files = ("-in", tmp_path / "container", "-content", tmp_path / "content", "-CAfile", tmp_path / "anchor")
    when = ("-attime", str(int(seal.certificate.not_valid_before_utc.timestamp()) + 60))
    out = ("-out", tmp_path / "out")
    assert "Verification successful" in run("openssl", *arguments, *files, *when, *out)
    (tmp_path / "content").write_bytes(content.replace(b"595", b"596", 1))
    assert attempt("openssl", *arguments, *files, *when, *out).returncode != 0


def test_two_organs_seals_are_both_valid_to_pdfsig(tmp_path: Path) -> None:
    file = tmp_path / "twice.pdf"
    file.write_bytes(local_seal("rsa").apply(local_seal().apply(Paper().to_bytes())))
    said = run("pdfsig", "-nocert", file)
    assert said.count("Signature is Valid") == 2
    assert said.count("Total document signed") == 1


def test_qpdf_finds_nothing_wrong_with_the_file(document: bytes, tmp_path: Path) -> None:
    file = tmp_path / "sealed.pdf"
    file.write_bytes(local_seal().apply(document, certify=True))
    assert "No syntax or stream encoding errors" in run("qpdf", "--check", file)
