"""Accounts of people: open one, add a document, change a contact, lock, erase.

Opening an account is level L1 (self-declared) and nothing more. Whether somebody already has an account with
this document is told to nobody who has not proven to be them: `api` answers the same either way.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from keys.encoding import uuid7
from keys.fields import FieldCipher
from trust.persons import delegation, traces, vault
from trust.persons.agency import EndReason
from trust.persons.assurance import DECLINED, Level
from trust.persons.claims import Particulars
from trust.persons.documents import IdentityDocument
from trust.persons.errors import PersonConflict, PersonNotFound
from trust.persons.levels import record_proof
from trust.persons.person import Contact, NaturalPerson, person_from_json, person_to_json, with_document
from trust.persons.store import agency, organizations, people, proofs
from trust.persons.traces import Actor, ActorKind

IDENTITY, CONTACT = "person/identity_sealed", "person/contact_sealed"
DOCUMENT_INDEX = "person.document"
SELF = "self"


def open_account(
    session: Session,
    cipher: FieldCipher,
    person: NaturalPerson,
    now: datetime,
    contact: Contact | None = None,
) -> UUID:
    """Open an account at L1. Raises: PersonConflict when the document has one already."""
    person_id = uuid7(now)
    people.insert_person(session, person_id, now)
    people.add_document(session, person_id, document_index(cipher, person.document), now)
    key = vault.new_key(session, cipher, person_id)
    people.write(
        session,
        person_id,
        0,
        identity_sealed=vault.seal_json(key, person_to_json(person), column=IDENTITY, row=person_id),
        contact_sealed=_seal_contact(key, contact or Contact(), person_id),
        now=now,
    )
    record_proof(session, person_id, method=SELF, source=SELF, evidence=f"account:{person_id}", now=now)
    return person_id


def document_index(cipher: FieldCipher, document: IdentityDocument) -> bytes:
    return cipher.blind_index(document.key, field=DOCUMENT_INDEX)


def find_account(session: Session, cipher: FieldCipher, document: IdentityDocument) -> UUID | None:
    """The account a document opens, present or earlier one."""
    return people.find_by_document(session, document_index(cipher, document))


def read_particulars(session: Session, cipher: FieldCipher, person_id: UUID) -> Particulars:
    """Everything in clear. Raises: PersonNotFound for unknown and erased people."""
    return opened(cipher, require(session, person_id))


def require(session: Session, person_id: UUID) -> people.StoredPerson:
    """Raises: PersonNotFound."""
    stored = people.read(session, person_id)
    if stored is None:
        raise PersonNotFound()
    return stored


def opened(cipher: FieldCipher, stored: people.StoredPerson) -> Particulars:
    """Decrypt what one statement has read."""
    key = vault.unwrap_key(cipher, stored.person_id, stored.wrapped)
    row = stored.person_id
    person = person_from_json(vault.open_json(key, stored.identity_sealed, column=IDENTITY, row=row))
    contact = Contact()
    if stored.contact_sealed is not None:
        held = vault.open_json(key, stored.contact_sealed, column=CONTACT, row=row)
        contact = Contact(
            _text(held["phone"]),
            bool(held["phone_verified"]),
            _text(held["email"]),
            bool(held["email_verified"]),
        )
    return Particulars(person, contact, stored.changed_at)


def add_document(
    session: Session, cipher: FieldCipher, person_id: UUID, document: IdentityDocument, now: datetime
) -> None:
    """A renewed or second document becomes the present one; the earlier ones still find the account.

    What was proven was proven of the earlier document: the level falls to L1 until the new one is proven.
    Raises: PersonNotFound, PersonConflict, PersonRefused.
    """
    stored = require(session, person_id)
    held = opened(cipher, stored)
    person = with_document(held.person, document)
    people.add_document(session, person_id, document_index(cipher, document), now)
    _write(session, cipher, stored, person, held.contact, now)
    proofs.withdraw_all(session, person_id, Level.L1, now)


def change_contact(
    session: Session, cipher: FieldCipher, person_id: UUID, contact: Contact, now: datetime
) -> None:
    """Raises: PersonNotFound, PersonConflict when it was changed in between."""
    stored = require(session, person_id)
    _write(session, cipher, stored, opened(cipher, stored).person, contact, now)


def change_person(
    session: Session, cipher: FieldCipher, person_id: UUID, person: NaturalPerson, now: datetime
) -> None:
    """Other particulars (a name that changed); the document stays, the level falls to L1 until proven anew.

    Raises: PersonNotFound, PersonConflict.
    """
    stored = require(session, person_id)
    held = opened(cipher, stored)
    if person.document != held.person.document:
        raise PersonConflict("Add the other document first.", "请先登记新证件。")
    if person == held.person:
        return
    _write(session, cipher, stored, person, held.contact, now)
    proofs.withdraw_all(session, person_id, Level.L1, now)


def evict_unproven(
    session: Session, cipher: FieldCipher, document: IdentityDocument, by: str, now: datetime
) -> bool:
    """Free a document that somebody took who never proved to be its holder (抢注), for the one who did.

    The caller has seen the document proven. True when an account was erased.
    Raises: PersonConflict when the present account was ever proven to L2 or more.
    """
    squatter = find_account(session, cipher, document)
    if squatter is None:
        return False
    if any(
        proof.level > Level.L1 and proof.state != DECLINED for proof in proofs.of_subject(session, squatter)
    ):
        raise PersonConflict()
    erase_account(session, squatter, by, now)
    return True


def lock(session: Session, person_id: UUID, now: datetime) -> None:
    """A locked person logs in nowhere and acts for nobody. Raises: PersonConflict."""
    if not people.change_state(session, person_id, people.ACTIVE, people.LOCKED, now):
        raise PersonConflict()


def unlock(session: Session, person_id: UUID, now: datetime) -> None:
    """Raises: PersonConflict."""
    if not people.change_state(session, person_id, people.LOCKED, people.ACTIVE, now):
        raise PersonConflict()


def erase_account(session: Session, person_id: UUID, by: str, now: datetime) -> None:
    """Delete a person (PIPL art. 47): the data key is destroyed, grants on both sides end, a tombstone stays.

    Refused for a legal representative: the organisation names another first, or nobody could end its agents.
    Raises: PersonConflict.
    """
    if organizations.represented_by(session, person_id):
        raise PersonConflict(
            "A legal representative cannot be deleted; change the representative first.",
            "法定代表人账户不能注销，请先变更法定代表人。",
        )
    if agency.epoch_of(session, person_id) is not None:
        delegation.end_all(session, person_id, by, EndReason.PRINCIPAL, now)
    for grant in agency.of_delegate(session, person_id, open_only=True):
        delegation.end(session, grant.id, person_id, now)
    if not vault.erase(session, person_id, now):
        raise PersonConflict()
    proofs.withdraw_all(session, person_id, Level.NONE, now)
    actor = Actor(ActorKind.SELF if by == str(person_id) else ActorKind.NODE, by)
    traces.record(session, person_id, act=traces.Act.ERASURE, actor=actor, purpose="erasure", now=now)


def _write(
    session: Session,
    cipher: FieldCipher,
    stored: people.StoredPerson,
    person: NaturalPerson,
    contact: Contact,
    now: datetime,
) -> None:
    key = vault.unwrap_key(cipher, stored.person_id, stored.wrapped)
    row = stored.person_id
    people.write(
        session,
        row,
        stored.version,
        identity_sealed=vault.seal_json(key, person_to_json(person), column=IDENTITY, row=row),
        contact_sealed=_seal_contact(key, contact, row),
        now=now,
    )


def _seal_contact(key: FieldCipher, contact: Contact, person_id: UUID) -> bytes:
    value = {
        "phone": contact.phone,
        "phone_verified": contact.phone_verified,
        "email": contact.email,
        "email_verified": contact.email_verified,
    }
    return vault.seal_json(key, value, column=CONTACT, row=person_id)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
