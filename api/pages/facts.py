"""What a license says, drawn by us from the report: labels and order from the catalogue.

Personal data is already masked when it comes here: `licenses.verification.summary` is the one read model
behind every entry point. Nothing here unmasks, guesses or completes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.i18n import Words
from keys.codes.region import region_name
from keys.errors import XinzhengError
from licenses.amount import amount_in_capitals
from licenses.catalogue import Catalogue, LicenseType
from licenses.claims import ClaimType, Kind, parse_date
from licenses.holder import CODE_TYPES, Holder
from licenses.status_list import LicenseStatus

STATUSES = frozenset(status.name.lower() for status in LicenseStatus) | {"unknown"}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a license. `items` is filled instead of `value` for a list."""

    label: str
    value: str
    items: tuple[str, ...] = ()
    css: str = ""


def type_of(license_: Mapping[str, Any], catalogue: Catalogue) -> LicenseType | None:
    """The catalogue's entry for this license, or None for a type this node does not know."""
    key = license_.get("license_type")
    return catalogue.get(key) if isinstance(key, str) and key in catalogue else None


def holder_of(license_: Mapping[str, Any]) -> Holder | None:
    """The holder in a license, or None when it was not disclosed in full."""
    holder = license_.get("holder")
    if not isinstance(holder, Mapping):
        return None
    texts = [str(holder.get(key) or "") for key in ("name", "code_type", "code")]
    return Holder(*texts) if any(texts) else None


def region_words(code: Any, words: Words) -> str:
    """The region's name, or "" when the code names none we know. Names are Chinese in both languages."""
    try:
        return region_name(str(code)) if code else ""
    except XinzhengError:
        return ""


def facts_of(license_: Mapping[str, Any], catalogue: Catalogue, words: Words) -> tuple[Fact, ...]:
    """Every line of a (masked) license in printed order."""
    kind = type_of(license_, catalogue)
    name = words.pick(kind.name.zh, kind.name.en) if kind else str(license_.get("name") or "")
    issuer = license_.get("issuer") if isinstance(license_.get("issuer"), Mapping) else {}
    lines = [
        Fact(words("fact.license_type"), name),
        *_holder_facts(license_, kind, words),
        *_claim_facts(license_, kind, words),
        Fact(words("fact.validity"), _validity(license_, words)),
        Fact(words("fact.issuer"), str((issuer or {}).get("name") or "")),
        Fact(words("fact.region"), region_words((issuer or {}).get("region"), words)),
        Fact(words("fact.issued_at"), _day(license_.get("issued_on"), words)),
        Fact(words("fact.identifier"), str(license_.get("identifier") or ""), css="number"),
        Fact(words("fact.status"), status_words(license_, words)),
        Fact(words("fact.superseded_by"), str(license_.get("superseded_by") or ""), css="number"),
    ]
    return tuple(line for line in lines if line.value or line.items)


def is_masked(license_: Mapping[str, Any]) -> bool:
    """Whether something in it is shown with stars."""
    claims = license_.get("claims")
    holder = license_.get("holder")
    parts = [*(claims.values() if isinstance(claims, Mapping) else ()), *(holder or {}).values()]
    return any("*" in str(part) for part in parts)


def status_words(license_: Mapping[str, Any], words: Words) -> str:
    """The public status in words; "" when the report does not say."""
    status = license_.get("status")
    return words(f"status.{status}") if status in STATUSES else ""


def _holder_facts(license_: Mapping[str, Any], kind: LicenseType | None, words: Words) -> list[Fact]:
    holder = holder_of(license_)
    if holder is None:
        return []
    label = words.pick(kind.holder_label.zh, kind.holder_label.en) if kind else words("fact.holder_name")
    code_label = CODE_TYPES.get(holder.code_type)
    named = words.pick(code_label.zh, _capital(code_label.en)) if code_label else words("fact.holder_code")
    return [Fact(label, holder.name), Fact(named, holder.code, css="number")]


def _claim_facts(license_: Mapping[str, Any], kind: LicenseType | None, words: Words) -> list[Fact]:
    claims = license_.get("claims")
    if kind is None or not isinstance(claims, Mapping):
        return []
    return [
        _claim_fact(claim, claims[claim.name], words)
        if claim.name in claims
        else Fact(words.pick(claim.label.zh, claim.label.en), words("fact.undisclosed"), css="absent")
        for claim in kind.claims
        if claim.name in claims or claim.mandatory
    ]


def _claim_fact(claim: ClaimType, value: Any, words: Words) -> Fact:
    label = words.pick(claim.label.zh, claim.label.en)
    if isinstance(value, list | tuple):
        return Fact(label, "", tuple(str(item) for item in value))
    match claim.kind:
        case Kind.DATE:
            return Fact(label, _day(value, words), css="number")
        case Kind.MONEY:
            return Fact(label, _money(value, words), css="number")
        case Kind.AREA:
            return Fact(label, words.pick(f"{value} 平方米", f"{value} m²"), css="number")
        case Kind.NUMBER | Kind.CREDIT_CODE | Kind.CITIZEN_NUMBER:
            return Fact(label, str(value), css="number")
        case _:
            return Fact(label, str(value))


def _validity(license_: Mapping[str, Any], words: Words) -> str:
    start, end = license_.get("valid_from"), license_.get("valid_until")
    if parse_date(start) is None:
        return ""
    last = _day(end, words) if end else words("fact.open_ended")
    return words("fact.validity_range", start=_day(start, words), end=last)


def _day(value: Any, words: Words) -> str:
    day = parse_date(value)
    return words.day(day) if day else ""


def _money(value: Any, words: Words) -> str:
    """In digits, and in Chinese in capitals too: paper shows those."""
    try:
        return words.pick(f"{_grouped(value)} 元\n{amount_in_capitals(str(value))}", f"CNY {_grouped(value)}")
    except ValueError:
        return str(value)


def _grouped(value: Any) -> str:
    whole, point, rest = str(value).partition(".")
    return f"{int(whole):,}{point}{rest}" if whole.isdigit() else str(value)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
