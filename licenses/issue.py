"""Issuing a license (证照签发): one record, its faces, its place in the log, its slot in a status list.

An `Action` of kind `license.issue` (DESIGN §2). `prepare` judges the order and writes everything that a
crash must not lose; `sign` makes credential and document and may be repeated; `store` makes the license
valid. A new version (延续, 变更) takes the place of the old one in the very transaction that makes it
valid: old state, old status token and new state are one commit, and the new faces leave the node only
afterwards.

Does not check: that the record is acceptable (`licenses.record` did) or that the one who asks may ask.
"""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from keys.action import Committed, Draft, Intent
from keys.encoding import b64url, canonical_json, parse_json, uuid7
from keys.log.receipt import Receipt
from keys.signer import KeyUse
from licenses import accreditation
from licenses.content import Issuer, LicenseContent, china_day, content_of, start_of_day
from licenses.credential import CredentialDraft, build_payload, sign_credential
from licenses.desk import Desk
from licenses.errors import LicenseChangedMeanwhile, LicenseNotFound
from licenses.identifier import FIRST_VERSION, build_identifier, parse_identifier, random_serial
from licenses.lifecycle import SUCCESSIONS, Operation, State, next_state
from licenses.order import KIND as KIND
from licenses.order import IssueOrder, find_predecessor, find_repeated
from licenses.record import LARGEST_RECORD, record_from_json
from licenses.store import changes, departments, licenses, statuses
from licenses.store.changes import Change
from licenses.store.licenses import Entry, Pending
from seal import mandate_store

SECRET_OCTETS = 16
DECOYS = 2
_LARGEST_DRAFT = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Issued:
    """A license with its faces, all signed."""

    license_id: UUID
    identifier: str
    intent_id: UUID
    credential: str = field(repr=False)
    """SD-JWT VC."""
    document: bytes = field(repr=False)
    """Sealed PDF."""
    receipt: Receipt = field(repr=False)
    secret: str = field(repr=False)
    """22 characters of base64url; stands in the printed QR code and is stored only as a digest."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What lies between the intent and the signature."""

    entry: Entry
    content: LicenseContent
    draft: CredentialDraft


class IssueLicense:
    """`Action[Issued]`."""

    def __init__(self, order: IssueOrder, desk: Desk) -> None:
        self._order = order
        self._desk = desk
        self._prepared: _Prepared | None = None

    def prepare(self, session: Session, *, now: datetime) -> Draft:
        """Judge the order and write the pending license.

        Raises: AlreadyRequested or IdempotencyConflict for a key that was used, NotAccredited,
        MandateMissing, MandateExhausted, SuccessorRefused, TransitionRefused.
        """
        order, desk = self._order, self._desk
        find_repeated(session, order)
        issued_on = china_day(now)
        day = datetime.fromtimestamp(start_of_day(issued_on), UTC)
        grants = departments.grants(session, order.record.issuer)
        grant = accreditation.require(grants, order.record.issuer, order.record.license_type, day)
        if order.record.issuer != desk.department.credit_code:
            raise ValueError("the desk belongs to another department than the record")
        mandate = desk.mandate(order.record.license_type, at=now)
        before = find_predecessor(session, order, desk.cipher)
        slot = statuses.take_slot(session, now=now)
        if statuses.token(session, slot.list_id) is None:
            desk.publisher.publish(session, slot.list_id, now=now)
        kind = desk.catalogue.get(order.record.license_type)
        serial = before.serial if before else random_serial()
        identifier = build_identifier(
            type_code=kind.national_code,
            issuer_code=grant.credit_code,
            serial=serial,
            version=before.version + 1 if before else FIRST_VERSION,
        )
        issuer = Issuer(desk.department.name, grant.credit_code, grant.region)
        content = content_of(order.record, kind, identifier=identifier, issuer=issuer, issued_on=issued_on)
        draft = build_payload(
            content,
            iss=desk.iss,
            status_uri=desk.publisher.uri(slot.list_id),
            status_index=slot.index,
            holder_jwk=order.holder_jwk,
            decoys=DECOYS,
        )
        entry = _entry(order, content, slot, now)
        payload = canonical_json(draft.to_json())
        record = canonical_json(order.record.to_json())
        licenses.insert_pending(session, desk.cipher, Pending(entry, order.record.holder, record, payload))
        purpose, used_by = f"{KIND} {entry.identifier}", entry.requested_by
        mandate_store.take(session, mandate, draft.record, purpose=purpose, used_by=used_by, now=now)
        self._prepared = _Prepared(entry, content, draft)
        return self.draft()

    def draft(self) -> Draft:
        """What will be signed; the same before and after a crash."""
        prepared = self._held()
        return Draft(
            kind=KIND,
            record=prepared.draft.record,
            kids=self._desk.kids,
            requested_by=prepared.entry.requested_by,
            reason=prepared.entry.reason,
        )

    def sign(self, intent: Committed[Intent], receipt: Receipt, *, now: datetime) -> Issued:
        """Make credential and document. The QR secret is new at each attempt: nobody saw an earlier one.

        Raises: MandateMissing, ApprovalRefused when no two people permitted this when it was declared.
        """
        prepared, desk = self._held(), self._desk
        desk.mandate(prepared.entry.license_type, at=intent.value.declared_at)
        signer = desk.issuer.under(intent, KeyUse.ISSUE_LICENSE)
        credential = sign_credential(prepared.draft, signer, desk.department.issuer_chain)
        secret = b64url(secrets.token_bytes(SECRET_OCTETS))
        document = desk.document(
            prepared.content, credential=credential, receipt=receipt, secret=secret, intent=intent, now=now
        )
        return Issued(
            license_id=prepared.entry.id,
            identifier=prepared.entry.identifier,
            intent_id=intent.value.id,
            credential=credential,
            document=document,
            receipt=receipt,
            secret=secret,
        )

    def store(self, session: Session, signed: Issued, *, now: datetime) -> None:
        """Pending → valid, and the version before → superseded. Raises LicenseChangedMeanwhile."""
        desk, entry = self._desk, self._held().entry
        operation = Operation(entry.succession) if entry.succession else Operation.ISSUE
        after = next_state(operation, State.PENDING)
        if entry.supersedes_id is not None:
            self._supersede(session, entry.supersedes_id, operation, signed.intent_id, now)
        licenses.complete(
            session,
            desk.cipher,
            entry.id,
            credential=signed.credential,
            document=signed.document,
            secret=signed.secret,
            intent_id=signed.intent_id,
            now=now,
        )
        record, index = self._held().draft.record, signed.receipt.index
        mandate_store.finish_take(session, record, signed.document, log_index=index, now=now)
        self._remember(session, entry, operation, State.PENDING, after, signed.intent_id, now)

    def _supersede(
        self, session: Session, old_id: UUID, operation: Operation, intent_id: UUID, now: datetime
    ) -> None:
        old = licenses.require(session, old_id)
        after = next_state(operation, old.state)
        licenses.move(session, old_id, old.state, after)
        self._remember(session, old, operation, old.state, after, intent_id, now)
        self._desk.publisher.publish(session, old.status_list_id, now=now)

    def _remember(
        self,
        session: Session,
        entry: Entry,
        operation: Operation,
        before: State,
        after: State,
        intent_id: UUID,
        now: datetime,
    ) -> None:
        asked = self._held().entry
        change = Change(
            uuid7(now), entry.id, operation, None, before, after, asked.requested_by, now, intent_id, now
        )
        changes.insert(session, self._desk.cipher, change, asked.reason)

    def _held(self) -> _Prepared:
        if self._prepared is None:
            raise LicenseChangedMeanwhile(log_only="sign() or store() before prepare()")
        return self._prepared


def resume(session: Session, license_id: UUID, desk: Desk) -> IssueLicense:
    """The action of a license that was logged and not stored, ready to be signed without `prepare`.

    Raises: LicenseNotFound when there is no such license or it is not pending.
    """
    entry = licenses.find(session, license_id)
    if entry is None or entry.state is not State.PENDING:
        raise LicenseNotFound()
    raw = parse_json(licenses.open_record(session, desk.cipher, license_id), max_bytes=LARGEST_RECORD)
    kept = parse_json(licenses.open_payload(session, desk.cipher, license_id), max_bytes=_LARGEST_DRAFT)
    record = record_from_json(raw, desk.catalogue)
    draft = CredentialDraft.from_json(kept)
    plain = draft.payload["issuer"]
    content = content_of(
        record,
        desk.catalogue.get(record.license_type),
        identifier=parse_identifier(entry.identifier),
        issuer=Issuer(plain["name"], plain["code"], plain["region"]),
        issued_on=date.fromisoformat(draft.payload["issued_on"]),
    )
    order = IssueOrder(
        record=record,
        requested_by=entry.requested_by,
        reason=entry.reason,
        idempotency_key=entry.idempotency_key,
        operation=Operation(entry.succession) if entry.succession else Operation.ISSUE,
        predecessor=entry.supersedes_id,
        holder_jwk=draft.payload.get("cnf", {}).get("jwk"),
    )
    action = IssueLicense(order, desk)
    action._prepared = _Prepared(entry, content, draft)
    return action


def _entry(order: IssueOrder, content: LicenseContent, slot: statuses.Slot, now: datetime) -> Entry:
    return Entry(
        id=uuid7(now),
        identifier=str(content.identifier),
        serial=content.identifier.serial,
        version=content.identifier.version,
        license_type=content.license_type.key,
        issuer_code=content.issuer.code,
        valid_from=content.valid_from,
        valid_until=content.valid_until,
        state=State.PENDING,
        status_list_id=slot.list_id,
        status_index=slot.index,
        idempotency_key=order.idempotency_key,
        request_digest=order.digest,
        supersedes_id=order.predecessor,
        succession=order.operation.value if order.operation in SUCCESSIONS else None,
        requested_by=order.requested_by,
        reason=order.reason,
        intent_id=None,
        created_at=now,
        issued_at=None,
    )
