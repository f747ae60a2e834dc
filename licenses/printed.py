"""What the page of a license says (照面), as the exact strings: the template prints them, the verifier looks
for them.

Both sides call `printed_fields` on the same claims: the document with the claims it is made from, the
verifier with those of the credential it found inside. So a page that says something else than its credential
is found out.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from licenses.amount import amount_in_capitals
from licenses.catalogue import LicenseType
from licenses.claims import Bilingual, ClaimType, Kind, parse_date
from licenses.holder import CODE_TYPES

OPEN_END = "长期"
IDENTIFIER_LABEL = "证照标识"
CAPTION = ("扫描二维码查验本证照", "真伪与状态以查验结果为准")
DEMONSTRATION_NOTE = "演示证照：内容均为虚构，不具有法律效力"
CONTINUED, CONTINUES = "（续页）", "（转下页）"
_PAGE_NUMBER = re.compile("第[0-9]+页,共[0-9]+页")
"""As it reads after normalisation."""
_CODE_LABEL = Bilingual("证件号码", "Document number")


@dataclass(frozen=True, slots=True)
class PrintedField:
    """One labelled entry of the page; each of `lines` begins on a line of its own."""

    name: str
    label: Bilingual
    lines: tuple[str, ...]


def printed_fields(claims: Mapping[str, Any], license_type: LicenseType) -> tuple[PrintedField, ...]:
    """The entries of the page, in printed order. `claims` is `LicenseContent.to_claims()` or a revealed
    credential.

    What a credential withholds is left out. Values of a wrong kind are left out too: a credential's own
    checks have to refuse those.
    """
    fields: list[PrintedField] = []
    holder = _mapping(claims.get("holder"))
    _add(fields, "holder.name", license_type.holder_label, holder.get("name"))
    code_type = CODE_TYPES.get(str(holder.get("code_type")), _CODE_LABEL)
    _add(fields, "holder.code", code_type, holder.get("code"))
    values = _mapping(claims.get("claims"))
    for claim in license_type.claims:
        lines = _lines(claim, values.get(claim.name))
        if lines:
            fields.append(PrintedField(f"claims.{claim.name}", claim.label, lines))
    validity = _validity(claims)
    if validity:
        fields.append(PrintedField("validity", license_type.validity_label, (validity,)))
    return tuple(fields)


def page_values(claims: Mapping[str, Any], license_type: LicenseType) -> list[str]:
    """Every string of the page that stands for a claim: the fields, and what the page's foot and head say."""
    values = [line for field in printed_fields(claims, license_type) for line in field.lines]
    issuer = _mapping(claims.get("issuer")).get("name")
    for value in (license_type.name.zh, issuer, claims.get("identifier")):
        if isinstance(value, str):
            values.append(value)
    issued_on = parse_date(claims.get("issued_on"))
    if issued_on:
        values.append(chinese_date(issued_on))
    return values


def missing_from_page(claims: Mapping[str, Any], license_type: LicenseType, page_text: str) -> list[str]:
    """The values that `page_text` (extracted from all pages of a PDF, in order) does not show.

    Line breaks and spaces do not count, and a value may go on after what stands on every page.
    """
    page = _comparable(page_text)
    body = page
    for furniture in _furniture(claims, license_type):
        body = body.replace(_comparable(furniture), "")
    body = _PAGE_NUMBER.sub("", body)
    values = ((value, _comparable(value)) for value in page_values(claims, license_type))
    return [value for value, wanted in values if wanted not in page and wanted not in body]


def _furniture(claims: Mapping[str, Any], license_type: LicenseType) -> tuple[str, ...]:
    """What may stand between two parts of a value that is cut by the end of a page."""
    issuer, issued_on = _mapping(claims.get("issuer")).get("name"), parse_date(claims.get("issued_on"))
    signing = f"{license_type.issuer_label.zh}{issuer}{chinese_date(issued_on) if issued_on else ''}"
    return (
        license_type.name.zh + CONTINUED,
        f"{IDENTIFIER_LABEL}{claims.get('identifier')}",
        DEMONSTRATION_NOTE,
        "".join(CAPTION),
        signing,
        CONTINUES,
    )


def chinese_date(day: date) -> str:
    """2026年11月22日"""
    return f"{day.year}年{day.month}月{day.day}日"


def _comparable(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _add(fields: list[PrintedField], name: str, label: Bilingual, value: Any) -> None:
    if isinstance(value, str) and value:
        fields.append(PrintedField(name, label, (value,)))


def _validity(claims: Mapping[str, Any]) -> str:
    start, end = parse_date(claims.get("valid_from")), parse_date(claims.get("valid_until"))
    if start is None:
        return ""
    return f"{chinese_date(start)}至{chinese_date(end) if end else OPEN_END}"


def _lines(claim: ClaimType, value: Any) -> tuple[str, ...]:
    if claim.kind is Kind.LIST:
        return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list | tuple) else ()
    if value is None or isinstance(value, bool):
        return ()
    line = _PRINT.get(claim.kind, _as_text)(value)
    return (line,) if line else ()


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _as_date(value: Any) -> str:
    day = parse_date(value)
    return chinese_date(day) if day else ""


def _as_money(value: Any) -> str:
    try:
        return amount_in_capitals(value) if isinstance(value, str) else ""
    except ValueError:
        return ""


def _as_area(value: Any) -> str:
    return f"{value}平方米" if isinstance(value, str) else ""


def _as_number(value: Any) -> str:
    return str(value) if isinstance(value, int) else ""


_PRINT: Mapping[Kind, Callable[[Any], str]] = {
    Kind.DATE: _as_date,
    Kind.MONEY: _as_money,
    Kind.AREA: _as_area,
    Kind.NUMBER: _as_number,
}
