"""The record a department hands in (证照数据): JSON in, a frozen `LicenseRecord` out, or every reason why
not.

    {"license_type", "issuer", "holder": {"name", "code_type", "code"}, "claims": {…}, "valid_from",
    "valid_until"}

Reading happens in two steps. `parse_record` first reads the shape (MalformedRecord), then asks every rule of
`RULES` in order and reports all that fail at once (RecordRefused). What is not checked here: whether the
issuer is accredited for the type (accreditation.py), and whether the claims are true.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from keys.encoding import parse_json
from keys.errors import XinzhengError
from licenses.catalogue import Catalogue
from licenses.claims import parse_date
from licenses.errors import MalformedRecord, RecordRefused
from licenses.holder import Holder
from licenses.record_rules import RULES, Submitted, check_rules

LARGEST_RECORD = 256 * 1024
_KEYS = frozenset({"license_type", "issuer", "holder", "claims", "valid_from", "valid_until"})
_HOLDER_KEYS = frozenset({"name", "code_type", "code"})


@dataclass(frozen=True, slots=True)
class LicenseRecord:
    """A record every rule has accepted."""

    license_type: str
    """Key of the type in the catalogue."""
    issuer: str
    """Credit code of the issuing department."""
    holder: Holder
    claims: Mapping[str, Any]
    """In the type's printed order. Values by `claims.Kind`."""
    valid_from: date
    valid_until: date | None
    """Last day of validity, itself included; None means 长期 (open-ended)."""

    def to_json(self) -> dict[str, Any]:
        """The JSON object it was read from, in the same keys."""
        return {
            "license_type": self.license_type,
            "issuer": self.issuer,
            "holder": {
                "name": self.holder.name,
                "code_type": self.holder.code_type,
                "code": self.holder.code,
            },
            "claims": {name: _plain(value) for name, value in self.claims.items()},
            "valid_from": self.valid_from.isoformat(),
            "valid_until": self.valid_until.isoformat() if self.valid_until else None,
        }


def parse_record(data: bytes | str, catalogue: Catalogue) -> LicenseRecord:
    """Read and judge a record. Raises MalformedRecord, UnknownLicenseType, RecordRefused."""
    try:
        raw = parse_json(data, max_bytes=LARGEST_RECORD, max_depth=6)
    except XinzhengError as error:
        raise MalformedRecord(error.detail, error.detail_zh) from error
    return record_from_json(raw, catalogue)


def record_from_json(raw: Any, catalogue: Catalogue) -> LicenseRecord:
    """The same from parsed JSON, as it comes back from the database."""
    submitted = _shape(raw)
    license_type = catalogue.get(submitted.license_type)
    problems = check_rules(RULES, submitted, license_type)
    valid_from = parse_date(submitted.valid_from)
    if problems or valid_from is None:
        raise RecordRefused(problems)
    ordered = {
        claim.name: _frozen(submitted.claims[claim.name])
        for claim in license_type.claims
        if claim.name in submitted.claims
    }
    return LicenseRecord(
        license_type=license_type.key,
        issuer=submitted.issuer,
        holder=Holder(submitted.holder_name, submitted.holder_code_type, submitted.holder_code),
        claims=MappingProxyType(ordered),
        valid_from=valid_from,
        valid_until=parse_date(submitted.valid_until),
    )


def _shape(raw: Any) -> Submitted:
    top = _object(raw, _KEYS, "")
    holder = _object(top["holder"], _HOLDER_KEYS, "holder")
    if not isinstance(top["claims"], dict):
        raise MalformedRecord("claims must be an object", "claims应当是一个对象")
    for name in ("license_type", "issuer", "valid_from"):
        _string(top[name], name)
    for name in _HOLDER_KEYS:
        _string(holder[name], f"holder.{name}")
    if top["valid_until"] is not None:
        _string(top["valid_until"], "valid_until")
    return Submitted(
        license_type=top["license_type"],
        issuer=top["issuer"],
        holder_name=holder["name"],
        holder_code_type=holder["code_type"],
        holder_code=holder["code"],
        claims=top["claims"],
        valid_from=top["valid_from"],
        valid_until=top["valid_until"],
    )


def _object(value: Any, names: frozenset[str], where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MalformedRecord(
            f"{where or 'the record'} must be an object", f"{where or '证照数据'}应当是一个对象"
        )
    if missing := sorted(names - set(value)):
        raise MalformedRecord(f"{where} has no {missing[0]}".strip(), f"{where}缺少{missing[0]}")
    if len(value) != len(names):
        raise MalformedRecord(
            f"{where or 'the record'} has a field that is not known; known are {', '.join(sorted(names))}",
            f"{where or '证照数据'}含有未知字段；可用字段为{'、'.join(sorted(names))}",
        )
    return value


def _string(value: Any, where: str) -> None:
    if not isinstance(value, str):
        raise MalformedRecord(f"{where} must be text", f"{where}应当是文字")


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
