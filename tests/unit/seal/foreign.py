"""Documents signed with pyHanko, as other people's software would: any permission, validation data,
time-stamps."""

import asyncio
import io
from datetime import datetime

from asn1crypto import crl as asn1_crl
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from asn1crypto.tsp import TimeStampReq, TimeStampResp
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import Certificate
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation import DocumentSecurityStore
from pyhanko_certvalidator.registry import SimpleCertificateStore

from ca.timestamp import TimeStampAuthority


def as_asn1(certificate: Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def signer_of(
    key: ec.EllipticCurvePrivateKey, certificate: Certificate, *chain: Certificate
) -> signers.Signer:
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    registry = SimpleCertificateStore()
    registry.register_multiple([as_asn1(each) for each in chain])
    return signers.SimpleSigner(as_asn1(certificate), asn1_keys.PrivateKeyInfo.load(der), registry)


class LocalTimeStamper(TimeStamper):  # type: ignore[misc]
    """Our own authority behind pyHanko's interface."""

    def __init__(self, authority: TimeStampAuthority, now: datetime) -> None:
        super().__init__()
        self._authority, self._now = authority, now

    async def async_request_tsa_response(self, req: TimeStampReq) -> TimeStampResp:
        return TimeStampResp.load(self._authority.answer(req.dump(), now=self._now))


def sign(
    pdf: bytes,
    signer: signers.Signer,
    *,
    name: str = "Signature1",
    certify: int | None = None,
    locks: tuple[str, ...] = (),
    box: tuple[int, int, int, int] | None = None,
    timestamper: TimeStamper | None = None,
) -> bytes:
    """Sign with or without certification (`certify` = P) and FieldMDP (`locks`)."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    lock = FieldMDPSpec(FieldMDPAction.INCLUDE, list(locks)) if locks else None
    fields.append_signature_field(writer, SigFieldSpec(name, on_page=0, box=box, field_mdp_spec=lock))
    meta = signers.PdfSignatureMetadata(
        field_name=name,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=certify is not None,
        docmdp_permissions=MDPPerm(certify or 2),
    )
    out = asyncio.run(signers.PdfSigner(meta, signer=signer, timestamper=timestamper).async_sign_pdf(writer))
    return bytes(out.getbuffer())


def add_validation_data(pdf: bytes, certificates: list[Certificate], crls: list[bytes]) -> bytes:
    """A DSS in an update of its own."""
    stream = io.BytesIO(pdf)
    DocumentSecurityStore.add_dss(
        stream,
        sig_contents=None,
        certs=[as_asn1(each) for each in certificates],
        crls=[asn1_crl.CertificateList.load(each) for each in crls],
    )
    return stream.getvalue()


def add_document_timestamp(pdf: bytes, timestamper: TimeStamper) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    out = asyncio.run(signers.PdfTimeStamper(timestamper).async_timestamp_pdf(writer, "sha256"))
    return bytes(out.getbuffer())
