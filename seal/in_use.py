"""A seal ready to be applied: its parts fetched and held against each other (GM/T 0031 §6.2.2).

Rules, each refusing with its reason: active; inside its period; its certificate neither held nor revoked and
byte-equal to one in the record; the maker's signature holds; the artwork is the one the record names; the key
is the certificate's. Does not check the chains of maker and seal certificate: they are this node's own.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

from cryptography import x509
from sqlalchemy.orm import Session

from ca.store import find_certificate
from keys.signer import KeyHandle
from seal import store
from seal.errors import SealUnusable
from seal.lifecycle import SealState
from seal.models import SealRow
from seal.record import SealRecord, check_maker, parse_record


@dataclass(frozen=True, slots=True)
class SealInUse:
    """A seal in force: what `seal.apply.seal_pdf` needs, checked."""

    seal_id: UUID
    number: str
    owner_code: str
    name: str
    handle: KeyHandle
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    """From the certificate's issuer up, without the anchor."""
    record_der: bytes = field(repr=False)
    appearance_pdf: bytes = field(repr=False)
    diameter_mm: float
    demonstration: bool
    needs_approval: bool = False
    """Each use needs a second operator's approval; the seal's own record says so."""


@dataclass(frozen=True, slots=True)
class _Parts:
    row: SealRow
    record: SealRecord
    certificate: x509.Certificate
    certificate_state: str
    handle: KeyHandle
    now: datetime


def open_seal(
    session: Session,
    which: UUID | str,
    *,
    handle_of: Callable[[str], KeyHandle],
    chain: Iterable[x509.Certificate],
    now: datetime,
) -> SealInUse:
    """Fetch a seal by id or number and check that it may be applied now. Touches no key.

    `handle_of` finds a key by its kid (`Keyring.handle`). Raises SealNotFound, SealUnusable, SealMakerWrong.
    """
    row = store.read_seal(session, which)
    _check_active(row, now)
    found = None if row.certificate_serial is None else find_certificate(session, row.certificate_serial)
    record = parse_record(row.record or b"")
    check_maker(record)
    parts = _Parts(
        row=row,
        record=record,
        certificate=x509.load_der_x509_certificate(row.certificate),
        certificate_state="unknown" if found is None else found.state,
        handle=handle_of(row.kid),
        now=now,
    )
    for rule in RULES:
        rule(parts)
    return SealInUse(
        seal_id=row.id,
        number=row.number,
        owner_code=row.owner_code,
        name=row.name,
        handle=parts.handle,
        certificate=parts.certificate,
        chain=tuple(chain),
        record_der=record.der,
        appearance_pdf=row.artwork,
        diameter_mm=float(Decimal(row.diameter_mm)),
        demonstration=row.demonstration,
        needs_approval=record.needs_approval,
    )


def _check_active(row: SealRow, now: datetime) -> None:
    if row.state != SealState.ACTIVE:
        raise SealUnusable(
            f"The seal is {row.state}, not active; only an active seal may be applied.",
            "印章未处于启用状态，不能使用。",
        )
    if not row.valid_from <= now <= row.valid_until:
        raise SealUnusable("The seal is outside its period.", "印章不在有效期内。")


def _period_is_the_records(parts: _Parts) -> None:
    if not parts.record.valid_from <= parts.now <= parts.record.valid_until:
        raise SealUnusable("The seal is outside its period.", "印章不在有效期内。")


def _certificate_stands(parts: _Parts) -> None:
    if parts.certificate_state != "active":
        raise SealUnusable(
            "The seal's certificate is on hold, revoked or unknown.", "印章证书已被冻结、撤销或不存在。"
        )


def _certificate_is_named(parts: _Parts) -> None:
    if not parts.record.names_certificate(parts.row.certificate):
        raise SealUnusable(
            "The certificate is not one the seal was made for; a renewed certificate needs a new seal.",
            "签名证书不在印章证书列表中，证书更新后须重新制章。",
        )


def _artwork_is_the_records(parts: _Parts) -> None:
    if parts.record.artwork_digest != sha256(parts.row.artwork).digest():
        raise SealUnusable(
            "The stored picture is not the one in the seal's record.", "存储的印模与印章数据不一致。"
        )


def _key_is_the_certificates(parts: _Parts) -> None:
    if parts.certificate.public_key() != parts.handle.public_key:
        raise SealUnusable("The key is not the one in the seal's certificate.", "密钥与印章证书不符。")


RULES: tuple[Callable[[_Parts], None], ...] = (
    _period_is_the_records,
    _certificate_stands,
    _certificate_is_named,
    _artwork_is_the_records,
    _key_is_the_certificates,
)
