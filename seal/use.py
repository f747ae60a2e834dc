"""Use a seal on a document 用印, along the one path of DESIGN §2: a record first, then the seal.

The log commits to the use record (`seal.use_record`). It stands in the sealed file as a signed attribute,
beside its receipt; `document` is the SHA-256 of the file as it came in, which is a prefix of the sealed file,
so that anybody can compute it again. The record binds the seal to this document: the signature is made inside
`sign`, over these bytes and no others. Where the seal asks for it, a second operator's approval is verified
before anything is logged and again beside the signature, against the digest computed there (T21).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from sqlalchemy.orm import Session

from keys.action import Committed, Draft, Intent
from keys.algorithms import PublicKey
from keys.encoding import uuid7
from keys.log.receipt import Receipt, record_digest
from keys.signer import KeyUse
from keys.store import spend_nonce
from seal import store
from seal.anchor import Anchor, find_anchor
from seal.appearance import read_appearance
from seal.apply import seal_pdf
from seal.dss import NO_PROOFS, Proofs
from seal.errors import NotWhatWasLogged, SealUnusable
from seal.form import check_allowed, read_form
from seal.in_use import SealInUse
from seal.lifecycle import SealState
from seal.models import SealUseRow
from seal.octets import digest_of
from seal.pdf_source import open_pdf
from seal.place import Place, box_on, page_number
from seal.riding import slices_of
from seal.signed_range import Timestamper
from seal.use_approval import OPERATION, UseApproval, UseTerms, check_use_approved
from seal.use_record import USE_KIND as USE_KIND
from seal.use_record import UseRecord as UseRecord


class Approved:
    """The approval side of one use: whether it is needed, whether it holds, what the record says of it."""

    def __init__(
        self,
        in_use: SealInUse,
        terms: UseTerms,
        approval: UseApproval | None,
        operators: Mapping[str, PublicKey],
    ) -> None:
        self.terms = terms
        self.approval = approval
        self._needed = in_use.needs_approval or approval is not None
        self._operators = dict(operators)

    def record(self) -> UseRecord:
        """The use record, naming the approval where there is one."""
        terms, approval = self.terms, self.approval
        made = UseRecord(
            terms.seal_number,
            terms.document_digest,
            terms.pages,
            terms.purpose,
            terms.used_by,
            terms.on_behalf_of,
            signed_ranges=terms.signed_ranges,
        )
        if approval is None:
            return made
        return replace(made, approved_by=approval.approved_by, approval=approval.digest)

    def check(self, document_digest: bytes, *, at: datetime, signed_ranges: bytes = b"") -> None:
        """Hold the approval against the document in hand. Raises ApprovalRefused."""
        if self._needed:
            wanted = replace(self.terms, document_digest=document_digest, signed_ranges=signed_ranges)
            check_use_approved(self.approval, wanted, self._operators, at=at)

    def spend(self, session: Session, *, now: datetime) -> None:
        """An approval is used once. Raises ApprovalReplayed."""
        if self.approval is not None:
            request = self.approval.request
            spend_nonce(session, request.nonce, operation=OPERATION, now=now, expires_at=request.expires_at)


def register_use(session: Session, in_use: SealInUse, approved: Approved, *, now: datetime) -> UUID:
    """Write the use down, while the seal is active; spend its approval.

    Raises SealUnusable, ApprovalReplayed.
    """
    row = store.read_seal(session, in_use.seal_id)
    if row.state != SealState.ACTIVE:
        raise SealUnusable("The seal is no longer active.", "印章已不在启用状态。")
    approved.spend(session, now=now)
    use_id, record, approval = uuid7(now), approved.record(), approved.approval
    store.insert_use(
        session,
        SealUseRow(
            id=use_id,
            seal_id=row.id,
            state=store.PENDING,
            document_digest=record.document_digest,
            pages=record.pages,
            purpose=record.purpose,
            used_by=record.used_by,
            on_behalf_of=record.on_behalf_of,
            approved_by=record.approved_by or None,
            approval=approval.to_json() if approval is not None else None,
            declared_at=now,
        ),
    )
    return use_id


def use_draft(in_use: SealInUse, record: UseRecord) -> Draft:
    """What will be signed, for the log."""
    return Draft(
        kind=USE_KIND,
        record=record.to_json(),
        kids=frozenset({in_use.handle.kid}),
        requested_by=record.used_by,
        reason=record.purpose,
    )


def check_purpose(purpose: str, used_by: str) -> str:
    """The purpose without blanks around it. Raises SealUnusable when there is none, or nobody."""
    if not purpose.strip() or not used_by:
        raise SealUnusable("Say what the seal is used for, and who uses it.", "请填写用印事由和用印人。")
    return purpose.strip()


class ApplySeal:
    """One use of one seal on one document: an `Action[bytes]` whose result is the sealed file."""

    def __init__(
        self,
        in_use: SealInUse,
        pdf: bytes,
        place: Place | Anchor | str,
        *,
        purpose: str,
        used_by: str,
        on_behalf_of: str,
        timestamper: Timestamper | None,
        certify: bool = False,
        approval: UseApproval | None = None,
        operators: Mapping[str, PublicKey] = MappingProxyType({}),
        proofs: Proofs = NO_PROOFS,
        riding: bool = False,
    ) -> None:
        """Read the document, find the place, refuse what cannot be sealed: nothing is logged for that.

        `place` may name an empty field; `operators` are the active ones by code, for the approval. Raises as
        `seal.apply.seal_pdf`; SealUnusable for an empty purpose.
        """
        purpose = check_purpose(purpose, used_by)
        source = open_pdf(pdf)
        appearance = read_appearance(in_use.appearance_pdf)
        size = appearance.width_mm, appearance.height_mm
        field = place if isinstance(place, str) else None
        check_allowed(read_form(source), certify=certify, field=field, paints=riding)
        if riding:
            slices_of(source, in_use.appearance_pdf, appearance)
        self._riding = riding
        if isinstance(place, Anchor):
            place = find_anchor(source, place, width_mm=size[0], height_mm=size[1])
        if isinstance(place, Place):
            box_on(source.page(page_number(place, source.page_count)).shape, place, *size)
        self._in_use, self._pdf, self._place, self._certify = in_use, pdf, place, certify
        self._timestamper, self._proofs = timestamper, proofs
        terms = UseTerms(
            seal_number=in_use.number,
            document_digest=digest_of(pdf),
            pages=source.page_count,
            purpose=purpose,
            used_by=used_by,
            on_behalf_of=on_behalf_of or in_use.name,
        )
        self._approved = Approved(in_use, terms, approval, operators)
        self._record = self._approved.record()
        self._use_id: UUID | None = None
        self._log_index = -1
        self._token: bytes | None = None

    @property
    def record(self) -> UseRecord:
        return self._record

    @property
    def terms(self) -> UseTerms:
        """What a second operator is asked to approve."""
        return self._approved.terms

    def prepare(self, session: Session, *, now: datetime) -> Draft:
        """Write the use down, while the seal is active.

        Raises SealUnusable, ApprovalRefused, ApprovalReplayed.
        """
        self._approved.check(self._record.document_digest, at=now)
        self._use_id = register_use(session, self._in_use, self._approved, now=now)
        return use_draft(self._in_use, self._record)

    def sign(self, intent: Committed[Intent], receipt: Receipt, *, now: datetime) -> bytes:
        """Seal the document. Raises KeyUseRefused, SealingFailed; NotWhatWasLogged for any other document,
        ApprovalRefused for one that was not approved.
        """
        in_use, record = self._in_use, self._record.to_json()
        logged = record_digest(receipt.salt, record) == intent.value.record_digest
        digest = digest_of(self._pdf)
        if not logged or digest != self._record.document_digest:
            raise NotWhatWasLogged()
        # The approval had to hold when the act was declared; what it covers is computed here.
        self._approved.check(digest, at=intent.value.declared_at)
        self._log_index = intent.value.log_index
        return seal_pdf(
            self._pdf,
            signer=in_use.handle.under(intent, KeyUse.APPLY_SEAL),
            certificate=in_use.certificate,
            chain=in_use.chain,
            seal_record_der=in_use.record_der,
            appearance_pdf=in_use.appearance_pdf,
            place=self._place,
            timestamper=self._stamp if self._timestamper is not None else None,
            now=now,
            certify=self._certify,
            receipt=receipt,
            use_record=record,
            proofs=self._proofs,
            riding=self._riding,
        )

    def _stamp(self, digest: bytes) -> bytes:
        assert self._timestamper is not None  # noqa: S101 - only then is this asked
        self._token = self._timestamper(digest)
        return self._token

    def store(self, session: Session, signed: bytes, *, now: datetime) -> None:
        """pending → done. Raises SealStateConflict."""
        if self._use_id is None:
            raise SealUnusable("The use was not prepared.", "用印尚未登记。")
        store.finish_use(
            session,
            self._use_id,
            log_index=self._log_index,
            result_digest=digest_of(signed),
            timestamp=self._token,
            now=now,
        )
