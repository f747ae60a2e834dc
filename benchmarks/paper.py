"""Licenses, seals, certificates and time-stamps, each beside its peer."""

import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import typst

from api.node import Node
from api.perform import perform
from api.sealing import open_seal
from benchmarks import peers
from benchmarks.archiving import archive_row
from benchmarks.measure import Row, against, alone
from benchmarks.workplace import one_license
from ca.issue import IssueCertificate
from ca.names import Subject
from ca.profile import LICENSE_ISSUER
from keys.clock import utc_now
from licenses.store import departments
from licenses.verify import verify
from seal.apply import seal_pdf
from seal.place import Place

BATCH = 100
PAGE = b'#set page(paper: "a4")\n#lorem(120)'


def rows(node: Node) -> Iterator[Row]:
    """Every line of the paper side."""
    yield _verify(node)
    yield _seal(node)
    yield archive_row(node)
    yield _issue(node)
    yield _certificates(node)
    yield _timestamp(node)


def _verify(node: Node) -> Row:
    credential = one_license(node).credential.encode()
    node.snapshots.refresh()
    snapshot = node.snapshot()

    def ours() -> None:
        assert verify(credential, snapshot, now=utc_now()).verdict == "valid"

    return against(
        "verify a license (library, SD-JWT VC, all checks)",
        "pyca/cryptography, one bare ES256 verify",
        ours,
        peers.bare_es256_verify(),
        bar=0.5,
    )


def _seal(node: Node) -> Row:
    pdf = typst.compile(PAGE)
    place = Place(page=1, x_mm=150, y_mm=240)
    with node.database.reading() as session:
        seal_id = next(one.seal_id for one in departments.departments(session) if one.seal_id)
        seal = open_seal(node, session, seal_id)
    key = peers.LocalSigner()

    def ours() -> bytes:
        return seal_pdf(
            pdf,
            signer=key,
            certificate=key.certificate,
            chain=(),
            seal_record_der=seal.record_der,
            appearance_pdf=seal.appearance_pdf,
            place=place,
            timestamper=None,
            now=utc_now(),
            certify=False,
        )

    with tempfile.TemporaryDirectory() as workplace:
        return against(
            "seal a PDF (PAdES B-B, visible)",
            "pyHanko as documented",
            ours,
            peers.pyhanko_seal(pdf, Path(workplace)),
            bar=5,
        )


def _issue(node: Node) -> Row:
    return alone(
        "issue one license: credential + sealed B-LTA document, durable", lambda: one_license(node), bar=20
    )


def _certificates(node: Node) -> Row:
    subject = Subject("测量", "测量", "11330000XYXY00013Y", "浙江省")
    public = peers.LocalSigner().public_key

    def ours() -> object:
        return perform(
            node,
            [
                IssueCertificate(
                    node.services.authority,
                    LICENSE_ISSUER,
                    subject,
                    public,
                    requested_by="benchmark",
                    reason="measured",
                    san_uris=("http://127.0.0.1:8800/issuers/11330000XYXY00013Y",),
                )
                for _ in range(BATCH)
            ],
        )

    row = against(
        "certificates with lint, store and log, in batches of 100",
        "pyca/cryptography, build and sign alone",
        ours,
        _repeated(peers.bare_certificate(), BATCH),
        bar=0.3,
    )
    return Row(
        row.work, row.peer, (row.peer_rate or 0) * BATCH, row.our_rate * BATCH, row.bar, row.met, row.note
    )


def _repeated(work: peers.Work, times: int) -> peers.Work:
    def many() -> None:
        for _ in range(times):
            work()

    return many


def _timestamp(node: Node) -> Row:
    digest = sha256(b"x").digest()
    return against(
        "RFC 3161 time-stamp token",
        "pyca/cryptography, one bare ES256 signature",
        lambda: node.timestamper(digest),
        peers.bare_es256_sign(),
        bar=0.1,
    )
