"""Make a seal 制作印章, along the one path of DESIGN §2.

    construct   the second operator's approval is verified, nothing in the row is believed; the certificate
                belongs to the organ and to the seal's key
    prepare     the picture, SES_SealInfo; row `pending`; the request is used up
    sign        the approval once more, then the seal maker's key over exactly those bytes; result verified
    store       pending → made

The seal's certificate is issued beforehand through `ca.issue`; its DER stands in the record, and the seal is
valid as long as it is. Does not check that the maker's certificate is trusted; verifiers do.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from sqlalchemy.orm import Session

from ca.serial import serial_text
from keys.action import Committed, Draft, Intent
from keys.algorithms import PublicKey
from keys.encoding import uuid7
from keys.log.receipt import Receipt, record_digest
from keys.signer import KeyHandle, KeyUse
from seal import store
from seal.errors import NotWhatWasLogged, SealUnusable
from seal.lifecycle import Operation, RequestState, SealState
from seal.models import SealRow
from seal.picture import Picture, draw
from seal.raster import png
from seal.record import SealPicture, check_maker, parse_record
from seal.record_build import RecordDraft, seal_info, sign_seal
from seal.request import SealRequest, check_application, check_approved

MAKE_KIND = "seal.make"

# A picture of 42 mm takes 4 KB so; stamping uses the vector artwork, whose digest the record holds.
_RECORD_DPI, _RECORD_BITS = 150, 2
# Crockford's alphabet: nothing in it is mistaken for something else when read aloud.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class SealMaker:
    """Who makes seals at this node 制章人: key and certificate (profile `seal_maker`)."""

    handle: KeyHandle
    certificate: x509.Certificate


class MakeSeal:
    """One seal from one approved request: an `Action[bytes]` whose result is the DER of the seal."""

    def __init__(
        self,
        request: SealRequest,
        *,
        approvers: Mapping[str, PublicKey],
        maker: SealMaker,
        handle: KeyHandle,
        certificate: x509.Certificate,
        now: datetime,
    ) -> None:
        """`handle` is the seal's own key, `certificate` the one issued for it (profile `seal`).

        `approvers`: active operators by code. Raises ApprovalRefused, SealUnusable, and as check_application.
        """
        check_application(request.application)
        check_approved(request, approvers, at=now)
        _check_belongs(request, handle, certificate)
        if maker.certificate.public_key() != maker.handle.public_key:
            raise SealUnusable("The seal maker's certificate is for another key.", "制章人证书与其密钥不符。")
        self._request, self._approvers, self._maker = request, dict(approvers), maker
        self._handle, self._certificate = handle, certificate
        self._seal_id: UUID | None = None
        self._info = b""

    @property
    def seal_id(self) -> UUID:
        """Known once prepared."""
        if self._seal_id is None:
            raise SealUnusable("The seal is not prepared yet.", "印章尚未准备制作。")
        return self._seal_id

    def prepare(self, session: Session, *, now: datetime) -> Draft:
        """Write the pending seal and use up the request. Raises SealStateConflict."""
        request, wanted = self._request, self._request.application
        picture = draw(wanted.face)
        number = new_number(wanted.owner_code)
        draft = self._record_draft(number, picture, now)
        self._info = seal_info(draft)
        self._seal_id = uuid7(now)
        store.change_request(session, request.request_id, RequestState.APPROVED, RequestState.USED)
        store.insert_seal(
            session,
            SealRow(
                id=self._seal_id,
                number=number,
                request_id=request.request_id,
                state=SealState.PENDING.value,
                owner_code=wanted.owner_code,
                name=wanted.name,
                kid=self._handle.kid,
                certificate=draft.certificate,
                certificate_serial=serial_text(self._certificate.serial_number),
                artwork=picture.pdf,
                diameter_mm=str(wanted.diameter_mm),
                demonstration=wanted.demonstration,
                valid_from=draft.valid_from,
                valid_until=draft.valid_until,
                created_at=now,
                changed_at=now,
            ),
        )
        return Draft(
            kind=MAKE_KIND,
            record=self._info,
            kids=frozenset({self._maker.handle.kid}),
            requested_by=request.requested_by,
            reason=wanted.reason or "seal requested and approved",
        )

    def sign(self, intent: Committed[Intent], receipt: Receipt, *, now: datetime) -> bytes:
        """Sign the record. Raises ApprovalRefused, NotWhatWasLogged, KeyUseRefused, SealMakerWrong."""
        if record_digest(receipt.salt, self._info) != intent.value.record_digest:
            raise NotWhatWasLogged()
        # The approval had to hold when the act was declared; a restart in between does not outdate it.
        check_approved(self._request, self._approvers, at=intent.value.declared_at)
        signer = self._maker.handle.under(intent, KeyUse.MAKE_SEAL)
        der = sign_seal(
            self._info,
            signer=signer,
            maker_certificate=self._maker.certificate.public_bytes(Encoding.DER),
        )
        check_maker(parse_record(der))
        return der

    def store(self, session: Session, signed: bytes, *, now: datetime) -> None:
        """pending → made. Raises SealStateConflict."""
        row = store.read_seal(session, self.seal_id)
        store.change_seal(
            session,
            row,
            Operation.MAKE,
            requested_by=self._request.requested_by,
            reason=self._request.application.reason,
            now=now,
            record=signed,
        )

    def _record_draft(self, number: str, picture: Picture, now: datetime) -> RecordDraft:
        wanted, certificate = self._request.application, self._certificate
        size = round(wanted.diameter_mm)
        return RecordDraft(
            seal_id=number,
            name=wanted.name,
            certificate=certificate.public_bytes(Encoding.DER),
            created_at=now,
            valid_from=certificate.not_valid_before_utc,
            valid_until=certificate.not_valid_after_utc,
            picture=SealPicture("PNG", png(picture.pdf, dpi=_RECORD_DPI, bits=_RECORD_BITS), size, size),
            artwork_digest=sha256(picture.pdf).digest(),
            demonstration=wanted.demonstration,
            needs_approval=wanted.needs_approval,
        )


def abandon_making(session: Session, seal_id: UUID, *, now: datetime) -> None:
    """Give up a seal whose making was interrupted; the approval, while it lives, can be used again.

    Raises SealNotFound, SealStateConflict.
    """
    row = store.read_seal(session, seal_id)
    store.change_seal(
        session,
        row,
        Operation.ABANDON,
        requested_by="recovery",
        reason="making was interrupted",
        now=now,
        certificate_serial=None,
    )
    store.change_request(session, row.request_id, RequestState.USED, RequestState.APPROVED)


def new_number(owner_code: str) -> str:
    """A seal number: the region in the organ's credit code, then 40 random bits."""
    return owner_code[2:8] + "".join(secrets.choice(_ALPHABET) for _ in range(8))


def _check_belongs(request: SealRequest, handle: KeyHandle, certificate: x509.Certificate) -> None:
    if certificate.public_key() != handle.public_key or KeyUse.APPLY_SEAL not in handle.uses:
        raise SealUnusable("The certificate is not for the seal's key.", "证书与印章密钥不符。")
    codes = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_IDENTIFIER)
    if [code.value for code in codes] != [request.application.owner_code]:
        raise SealUnusable("The certificate is for another organ.", "证书主体与印章所属单位不符。")
