"""Use a seal on a document 用印, along the one path of DESIGN §2: a record first, then the seal.

The log commits to the use record: canonical JSON {v, seal, document, pages, purpose, used_by,
on_behalf_of}. It stands in the sealed file as a signed attribute, beside its receipt; `document` is the
SHA-256 of the file as it came in, which is a prefix of the sealed file, so that anybody can compute it
again. The record binds the seal to this document: the signature is made inside `sign`, over these bytes
and no others.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from keys.action import Committed, Draft, Intent
from keys.encoding import b64url, canonical_json, parse_json, unb64url, uuid7
from keys.errors import MalformedInput
from keys.log.receipt import Receipt, record_digest
from keys.signer import KeyUse
from seal import store
from seal.anchor import Anchor, find_anchor
from seal.appearance import read_appearance
from seal.apply import Timestamper, seal_pdf
from seal.errors import NotWhatWasLogged, SealUnusable
from seal.form import check_allowed, read_form
from seal.in_use import SealInUse
from seal.lifecycle import SealState
from seal.models import SealUseRow
from seal.pdf_source import open_pdf
from seal.place import Place, box_on, page_number

USE_KIND = "seal.use"
_VERSION = 1
_MEMBERS = {"v", "seal", "document", "pages", "purpose", "used_by", "on_behalf_of"}
_LARGEST_USE_RECORD = 8 * 1024


@dataclass(frozen=True, slots=True)
class UseRecord:
    """One use of a seal (用印记录) as the log commits to it."""

    seal_number: str
    document_digest: bytes
    """SHA-256 of the file before sealing, 32 octets."""
    pages: int
    purpose: str
    used_by: str
    """Code of the operator or client; not a name."""
    on_behalf_of: str

    def to_json(self) -> bytes:
        """Canonical JSON: the log's record, and the signed attribute."""
        return canonical_json(
            {
                "v": _VERSION,
                "seal": self.seal_number,
                "document": b64url(self.document_digest),
                "pages": self.pages,
                "purpose": self.purpose,
                "used_by": self.used_by,
                "on_behalf_of": self.on_behalf_of,
            }
        )

    @classmethod
    def from_json(cls, data: bytes) -> "UseRecord":
        """Read a use record; only its canonical spelling counts. Raises MalformedInput, InputTooLarge."""
        members: Any = parse_json(data, max_bytes=_LARGEST_USE_RECORD, max_depth=2)
        if not isinstance(members, dict) or set(members) != _MEMBERS or members["v"] != _VERSION:
            raise MalformedInput("Not a record of a seal's use.", "不是用印记录。")
        texts = (members["seal"], members["purpose"], members["used_by"], members["on_behalf_of"])
        pages, document = members["pages"], members["document"]
        if not all(isinstance(text, str) for text in (*texts, document)) or type(pages) is not int:
            raise MalformedInput("Not a record of a seal's use.", "不是用印记录。")
        made = cls(texts[0], unb64url(document), pages, texts[1], texts[2], texts[3])
        if made.to_json() != data:
            raise MalformedInput("Not a record of a seal's use.", "不是用印记录。")
        return made


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
    ) -> None:
        """Read the document, find the place, refuse what cannot be sealed: nothing is logged for that.

        `place` may name an empty field. Raises as `seal.apply.seal_pdf`; SealUnusable for an empty purpose.
        """
        if not purpose.strip() or not used_by:
            raise SealUnusable("Say what the seal is used for, and who uses it.", "请填写用印事由和用印人。")
        source = open_pdf(pdf)
        appearance = read_appearance(in_use.appearance_pdf)
        size = appearance.width_mm, appearance.height_mm
        check_allowed(read_form(source), certify=certify, field=place if isinstance(place, str) else None)
        if isinstance(place, Anchor):
            place = find_anchor(source, place, width_mm=size[0], height_mm=size[1])
        if isinstance(place, Place):
            box_on(source.page(page_number(place, source.page_count)).shape, place, *size)
        self._in_use, self._pdf, self._place, self._certify = in_use, pdf, place, certify
        self._timestamper = timestamper
        self._record = UseRecord(
            seal_number=in_use.number,
            document_digest=sha256(pdf).digest(),
            pages=source.page_count,
            purpose=purpose.strip(),
            used_by=used_by,
            on_behalf_of=on_behalf_of or in_use.name,
        )
        self._use_id: UUID | None = None
        self._log_index = -1

    @property
    def record(self) -> UseRecord:
        return self._record

    def prepare(self, session: Session, *, now: datetime) -> Draft:
        """Write the use down, while the seal is active. Raises SealUnusable."""
        row = store.read_seal(session, self._in_use.seal_id)
        if row.state != SealState.ACTIVE:
            raise SealUnusable("The seal is no longer active.", "印章已不在启用状态。")
        self._use_id = uuid7(now)
        record = self._record
        store.insert_use(
            session,
            SealUseRow(
                id=self._use_id,
                seal_id=row.id,
                state=store.PENDING,
                document_digest=record.document_digest,
                pages=record.pages,
                purpose=record.purpose,
                used_by=record.used_by,
                on_behalf_of=record.on_behalf_of,
                declared_at=now,
            ),
        )
        return Draft(
            kind=USE_KIND,
            record=record.to_json(),
            kids=frozenset({self._in_use.handle.kid}),
            requested_by=record.used_by,
            reason=record.purpose,
        )

    def sign(self, intent: Committed[Intent], receipt: Receipt, *, now: datetime) -> bytes:
        """Seal the document. Raises KeyUseRefused, SealingFailed; NotWhatWasLogged for any other document."""
        in_use, record = self._in_use, self._record.to_json()
        logged = record_digest(receipt.salt, record) == intent.value.record_digest
        if not logged or sha256(self._pdf).digest() != self._record.document_digest:
            raise NotWhatWasLogged()
        self._log_index = intent.value.log_index
        return seal_pdf(
            self._pdf,
            signer=in_use.handle.under(intent, KeyUse.APPLY_SEAL),
            certificate=in_use.certificate,
            chain=in_use.chain,
            seal_record_der=in_use.record_der,
            appearance_pdf=in_use.appearance_pdf,
            place=self._place,
            timestamper=self._timestamper,
            now=now,
            certify=self._certify,
            receipt=receipt,
            use_record=record,
        )

    def store(self, session: Session, signed: bytes, *, now: datetime) -> None:
        """pending → done. Raises SealStateConflict."""
        if self._use_id is None:
            raise SealUnusable("The use was not prepared.", "用印尚未登记。")
        digest = sha256(signed).digest()
        store.finish_use(session, self._use_id, log_index=self._log_index, result_digest=digest, now=now)
