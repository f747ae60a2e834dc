"""Seal a document that stays where it is 远程用印, also one of 300 MB: prepared here, signed there.

    prepare_file   the department writes OUT with an empty place for the signature, and a ticket
    SignTicket     the node builds the signed attributes itself and signs them: an `Action[Answer]`
    finish_file    the department checks the answer and fills the place, in the file

The node never signs bytes it was given: it takes the digest from the ticket, and everything else that is
signed (seal record, receipt, use record) is its own. The use record holds both digests of the ticket, so that
a ticket that lies about its document makes a seal every verifier refuses. An approval covers both digests too
(T21).
Files are mapped and copied in pieces; memory does not grow with them.
"""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO
from uuid import UUID

from asn1crypto import cms as asn1_cms
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy.orm import Session

from keys.action import Committed, Draft, Intent
from keys.algorithms import PublicKey
from keys.log.receipt import Receipt, record_digest
from keys.signer import KeyUse
from seal import cms, store
from seal.apply import lay_out, room_for
from seal.errors import NotWhatWasLogged, SealingFailed, SealNeedsRoom, SealUnusable
from seal.in_use import SealInUse
from seal.layout import Layout
from seal.octets import digest_of, mapped
from seal.package import SealPackage
from seal.pdf_source import open_pdf
from seal.signed_range import TIMESTAMP_RESERVE, Timestamper
from seal.ticket import Answer, Ticket
from seal.use import Approved, check_purpose, register_use, use_draft
from seal.use_approval import UseApproval, UseTerms
from seal.use_record import UseRecord

RECEIPT_RESERVE = 3072
"""Octets kept for the log receipt, which exists only after the ticket: a proof of 40 hashes fits."""


def prepare_file(
    source: Path,
    out: Path,
    package: SealPackage,
    layout: Layout,
    *,
    purpose: str,
    used_by: str,
    on_behalf_of: str,
    now: datetime,
) -> Ticket:
    """Write OUT: the original and an update whose signature is still missing. Touches no key and no network.

    Raises as `seal.apply.seal_pdf`; SealUnusable for an empty purpose.
    """
    purpose = check_purpose(purpose, used_by)
    if layout.riding:
        raise SealUnusable("A seal across pages is applied at the node.", "骑缝章须在印章所在节点加盖。")
    with mapped(source) as data:
        pdf = open_pdf(data)
        terms = UseTerms(
            seal_number=package.number,
            document_digest=digest_of(data),
            pages=pdf.page_count,
            purpose=purpose,
            used_by=used_by,
            on_behalf_of=on_behalf_of or package.name,
            signed_ranges=bytes(32),
        )
        room = _room(package, terms)
        own = package.certificates[0]
        hole, digest = lay_out(pdf, own, layout, package.artwork, now=now, room=room)
        size = len(data)
    shutil.copyfile(source, out)
    with out.open("ab") as file:
        file.write(b"".join((hole.before, b"0" * (2 * room), hole.after)))
    return Ticket(
        replace(terms, signed_ranges=digest),
        sha256(own.public_bytes(Encoding.DER)).digest(),
        size + len(hole.before),
        room,
    )


def finish_file(out: Path, ticket: Ticket, answer: Answer, package: SealPackage) -> None:
    """Put the signature into OUT. The answer is checked first; nothing is written when it does not fit.

    Raises SealingFailed, SealNeedsRoom.
    """
    template = package.template()
    cms.check_signature(template, answer.attributes, answer.signature)
    if _message_digest(answer.attributes) != ticket.terms.signed_ranges:
        raise SealingFailed("The answer is for another document.", "返回的签名针对的是另一份文件。")
    der = cms.container(template, answer.attributes, answer.signature, answer.timestamp or None)
    if len(der) > ticket.room:
        raise SealNeedsRoom(len(der))
    end = ticket.hole + 2 * ticket.room
    with out.open("r+b") as file:
        digest = sha256()
        for piece in _pieces(file, ticket.hole - 1):
            digest.update(piece)
        hole = file.read(2 * ticket.room + 2)
        while piece := file.read(1 << 20):
            digest.update(piece)
        if hole != b"<" + b"0" * (end - ticket.hole) + b">" or digest.digest() != ticket.terms.signed_ranges:
            raise SealingFailed("The file is not the one that was prepared.", "该文件不是准备用印的那一份。")
        file.seek(ticket.hole)
        file.write(der.hex().encode())


class SignTicket:
    """The node's part of one remote use: an `Action[Answer]`."""

    def __init__(
        self,
        in_use: SealInUse,
        ticket: Ticket,
        *,
        timestamper: Timestamper | None,
        approval: UseApproval | None = None,
        operators: Mapping[str, PublicKey] = MappingProxyType({}),
        at_hand: bool = False,
    ) -> None:
        """at_hand: this process computed the ticket from the document itself, so that an approval of the
        document is enough. Raises SealUnusable for a ticket of another seal or an older certificate.
        """
        own = sha256(in_use.certificate.public_bytes(Encoding.DER)).digest()
        if ticket.terms.seal_number != in_use.number or ticket.certificate_digest != own:
            raise SealUnusable(
                "The ticket is for another seal or an older certificate; prepare the document again.",
                "该凭据对应其他印章或旧证书，请重新准备文件。",
            )
        check_purpose(ticket.terms.purpose, ticket.terms.used_by)
        self._in_use, self._ticket, self._timestamper = in_use, ticket, timestamper
        self._at_hand = at_hand
        self._approved = Approved(in_use, ticket.terms, approval, operators)
        self._record = self._approved.record()
        self._use_id: UUID | None = None
        self._log_index = -1

    @property
    def record(self) -> UseRecord:
        return self._record

    def prepare(self, session: Session, *, now: datetime) -> Draft:
        """Write the use down, while the seal is active.

        Raises SealUnusable, ApprovalRefused, ApprovalReplayed.
        """
        self._check_approved(now)
        self._use_id = register_use(session, self._in_use, self._approved, now=now)
        return use_draft(self._in_use, self._record)

    def sign(self, intent: Committed[Intent], receipt: Receipt, *, now: datetime) -> Answer:
        """Build the attributes and sign them. Raises NotWhatWasLogged, ApprovalRefused, SealNeedsRoom."""
        in_use, record, terms = self._in_use, self._record, self._ticket.terms
        same = (record.document_digest, record.signed_ranges) == (terms.document_digest, terms.signed_ranges)
        if not same or record_digest(receipt.salt, record.to_json()) != intent.value.record_digest:
            raise NotWhatWasLogged()
        self._check_approved(intent.value.declared_at)
        self._log_index = intent.value.log_index
        signer = in_use.handle.under(intent, KeyUse.APPLY_SEAL)
        template = cms.template_for(signer.algorithm, in_use.certificate, in_use.chain)
        evidence = cms.Evidence(in_use.record_der, receipt.to_json(), record.to_json())
        attributes = cms.signed_attributes(template, terms.signed_ranges, evidence)
        signature = signer.sign(attributes)
        token = self._timestamper(sha256(signature).digest()) if self._timestamper is not None else None
        needed = len(cms.container(template, attributes, signature, token))
        if needed > self._ticket.room:
            raise SealNeedsRoom(needed)
        return Answer(attributes, signature, token or b"")

    def store(self, session: Session, signed: Answer, *, now: datetime) -> None:
        """pending → done. Raises SealStateConflict."""
        if self._use_id is None:
            raise SealUnusable("The use was not prepared.", "用印尚未登记。")
        token = signed.timestamp or None
        store.finish_use(
            session, self._use_id, log_index=self._log_index, result_digest=None, timestamp=token, now=now
        )

    def _check_approved(self, at: datetime) -> None:
        terms = self._ticket.terms
        ranges = b"" if self._at_hand else terms.signed_ranges
        self._approved.check(terms.document_digest, at=at, signed_ranges=ranges)


def _room(package: SealPackage, terms: UseTerms) -> int:
    """Octets the container can need, the receipt and an approval still to come included."""
    largest = UseRecord(
        terms.seal_number,
        terms.document_digest,
        terms.pages,
        terms.purpose,
        terms.used_by,
        terms.on_behalf_of,
        approved_by="x" * 64,
        approval=bytes(32),
        signed_ranges=bytes(32),
    )
    evidence = cms.Evidence(package.record_der, bytes(RECEIPT_RESERVE), largest.to_json())
    return room_for(package.template(), evidence, TIMESTAMP_RESERVE)


def _pieces(file: BinaryIO, size: int) -> Iterator[bytes]:
    while size > 0 and (piece := file.read(min(size, 1 << 20))):
        size -= len(piece)
        yield piece


def _message_digest(attributes: bytes) -> bytes:
    try:
        for each in asn1_cms.CMSAttributes.load(attributes):
            if each["type"].native == "message_digest":
                return bytes(each["values"][0].native)
    except (ValueError, TypeError, KeyError, IndexError):
        pass
    raise SealingFailed("The answer cannot be read.", "返回的签名数据无法读取。")
