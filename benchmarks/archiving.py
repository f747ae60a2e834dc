"""PAdES B-LTA beside pyHanko, both with the same key, certificate, revocation lists and time-stamping."""

import asyncio
import io

import typst
from asn1crypto import algos, crl, tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.keys.pemder import load_certs_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from api.node import Node
from api.perform import perform
from api.proving import proofs_for
from api.sealing import open_seal
from benchmarks import peers
from benchmarks.measure import Row, against
from ca.issue import IssueCertificate
from ca.names import Subject
from ca.profile import SEAL
from keys.clock import utc_now
from licenses.store import departments
from seal.apply import archived, seal_pdf
from seal.dss import NO_PROOFS, Proofs
from seal.place import Place

PAGE = b'#set page(paper: "a4")\n#lorem(120)'


def archive_row(node: Node) -> Row:
    """One page sealed, with all validation data and a document time-stamp."""
    pdf, key = typst.compile(PAGE), peers.LocalSigner()
    subject = Subject("测量", "测量", "11330000XYXY00013Y", "浙江省")
    action = IssueCertificate(
        node.services.authority, SEAL, subject, key.public_key, requested_by="benchmark", reason="measured"
    )
    [certificate] = perform(node, [action])
    with node.database.reading() as session:
        seal = open_seal(
            node, session, next(one.seal_id for one in departments.departments(session) if one.seal_id)
        )
        proofs = proofs_for(node, session, certificate)

    def ours() -> bytes:
        sealed = seal_pdf(
            pdf,
            signer=key,
            certificate=certificate,
            chain=seal.chain,
            seal_record_der=seal.record_der,
            appearance_pdf=seal.appearance_pdf,
            place=Place(page=1, x_mm=150, y_mm=240),
            timestamper=node.timestamper,
            now=utc_now(),
            certify=True,
            proofs=proofs,
        )
        return archived(sealed, NO_PROOFS, node.timestamper, now=utc_now())

    theirs = _pyhanko(node, pdf, key, certificate.public_bytes(Encoding.PEM), proofs)
    return against("seal a PDF (PAdES B-LTA, visible)", "pyHanko, invisible", ours, theirs, bar=3)


class _SameTimeStamper(TimeStamper):
    """The node's own time-stamping under pyHanko."""

    def __init__(self, node: Node) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._node = node

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        return tsp.TimeStampResp.load(self._node.timestamping.answer(req.dump(), now=self._node.clock()))


class _SameKey(signers.Signer):
    """The same key in memory under pyHanko."""

    def __init__(
        self, key: peers.LocalSigner, certificate: asn1_x509.Certificate, others: list[bytes]
    ) -> None:
        super().__init__(
            signing_cert=certificate,
            cert_registry=SimpleCertificateStore.from_certs(  # type: ignore[no-untyped-call]
                [asn1_x509.Certificate.load(each) for each in others]
            ),
            signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
        )
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return self._key.sign(data)


def _pyhanko(node: Node, pdf: bytes, key: peers.LocalSigner, pem: bytes, proofs: Proofs) -> peers.Work:
    [certificate] = load_certs_from_pemder_data(pem)
    signer = _SameKey(key, certificate, list(proofs.certificates))
    root = asn1_x509.Certificate.load(node.anchor.public_bytes(Encoding.DER))
    others = [asn1_x509.Certificate.load(each) for each in proofs.certificates]
    lists = [crl.CertificateList.load(each) for each in proofs.crls]
    stamper = _SameTimeStamper(node)

    def seal() -> bytes:
        context = ValidationContext(
            trust_roots=[root],
            other_certs=others,
            crls=lists,
            allow_fetching=False,
            revocation_mode="hard-fail",
        )
        meta = signers.PdfSignatureMetadata(
            field_name="Peer",
            subfilter=fields.SigSeedSubFilter.PADES,
            md_algorithm="sha256",
            validation_context=context,
            embed_validation_info=True,
            use_pades_lta=True,
            certify=True,
            signer_key_usage={"digital_signature"},
        )
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        out = asyncio.run(signers.PdfSigner(meta, signer=signer, timestamper=stamper).async_sign_pdf(writer))
        return bytes(out.getbuffer())

    return seal
