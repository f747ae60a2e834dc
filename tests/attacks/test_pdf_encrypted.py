"""An encrypted file that was signed: verified as it stands; whatever follows is never clean, for it cannot be
compared."""

import asyncio
import io
from collections.abc import Callable

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter

from keys.report import Changes, Cryptography
from seal.verification.reading import read_evidence
from tests.attacks import pdf_samples as samples
from tests.unit.seal.foreign import signer_of
from tests.unit.seal.plain_pdf import append_update, root_of
from tests.unit.seal.sealed import Sealed, make_sealed


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> signers.Signer:
    sealed: Sealed = make_sealed(tmp_path_factory.mktemp("world"))
    return signer_of(sealed.signer._key, sealed.certificate, sealed.world.authority.certificate)


def signed(signer: signers.Signer, pdf: bytes, name: str) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    writer.encrypt("")
    meta = signers.PdfSignatureMetadata(
        field_name=name, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
    )
    return bytes(asyncio.run(signers.PdfSigner(meta, signer=signer).async_sign_pdf(writer)).getbuffer())


@pytest.fixture(scope="module", params=[True, False], ids=["with a MAC", "without a MAC"])
def document(signer: signers.Signer, request: pytest.FixtureRequest) -> bytes:
    """Signed once; opens without a password, as files for reading only do."""
    writer = PdfFileWriter(stream_xrefs=False)
    content = writer.add_object(generic.StreamObject(stream_data=b"0 0 100 100 re f"))
    writer.insert_page(PageObject(contents=content, media_box=(0, 0, 595, 842)))
    writer.encrypt("owner", "", pdf_mac=request.param)
    out = io.BytesIO()
    writer.write(out)
    return signed(signer, out.getvalue(), "First")


def test_an_encrypted_file_without_later_updates_is_verified(document: bytes) -> None:
    evidence = read_evidence(document)
    (found,) = evidence.signatures
    assert (evidence.encrypted, found.cryptography, found.changes) == (
        True,
        Cryptography.INTACT,
        Changes.NONE,
    )


def test_a_signature_added_to_an_encrypted_file_is_unknown_and_never_called_forbidden(
    signer: signers.Signer, document: bytes
) -> None:
    first, second = read_evidence(signed(signer, document, "Second")).signatures
    assert (first.cryptography, first.changes) == (Cryptography.INTACT, Changes.UNKNOWN)
    assert first.decisive is not None
    assert (second.cryptography, second.changes) == (Cryptography.INTACT, Changes.NONE)


def _with_the_cipher(pdf: bytes) -> bytes:
    """A proper update that keeps /Encrypt and replaces an object."""
    previous = int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0])
    encrypt = pdf[pdf.rindex(b"/Encrypt") :].split(b"R", 1)[0] + b"R"
    trailer = b"/Root %b /Size 700 /Prev %d %b" % (root_of(pdf), previous, encrypt)
    return append_update(pdf, {699: samples.FORGED}, trailer=trailer)


@pytest.mark.parametrize(
    "attack",
    [
        samples.content_replaced,
        samples.content_replaced_behind_an_empty_table,
        samples.content_replaced_without_a_table,
        _with_the_cipher,
    ],
)
def test_an_encrypted_file_that_was_updated_is_never_clean(
    document: bytes, attack: Callable[[bytes], bytes]
) -> None:
    (found,) = read_evidence(attack(document)).signatures
    assert found.changes in (Changes.UNKNOWN, Changes.FORBIDDEN)
