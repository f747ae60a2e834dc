"""Identity documents (身份证件): a closed list of types, each with its own form.

| type | number |
|---|---|
| `citizen_number` 居民身份证 | GB 11643, 18 characters |
| `hk_residence`, `macao_residence`, `taiwan_residence` 港澳台居民居住证 | GB 11643 with area 810000, 820000,
830000 |
| `foreign_permanent_resident` 外国人永久居留身份证 | 18 characters from `9` (2023), or 3 letters and 12
digits (2017) |
| `passport` 护照 | ICAO 9303-4: up to 9 letters and digits, with the issuing state |

Checked: form, real birthday and check character where the number has them. Not checked: that the document was
issued, to whom, or that it is still valid; `trust.persons.registers` asks those who know. The check digit
of the 2017 permanent resident card and the structure of the 2023 one beyond GB 11643 follow no public
text: only what is said above is required of them.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from keys.codes.citizen import CitizenNumber, Sex, parse_citizen_number
from keys.errors import CitizenNumberWrong
from trust.persons.errors import IdentityDocumentWrong
from trust.persons.masking import mask_number

LONGEST = 40


class DocumentType(StrEnum):
    CITIZEN_NUMBER = "citizen_number"
    HK_RESIDENCE = "hk_residence"
    MACAO_RESIDENCE = "macao_residence"
    TAIWAN_RESIDENCE = "taiwan_residence"
    FOREIGN_PERMANENT_RESIDENT = "foreign_permanent_resident"
    PASSPORT = "passport"


TITLES: Mapping[DocumentType, tuple[str, str]] = MappingProxyType(
    {
        DocumentType.CITIZEN_NUMBER: ("居民身份证", "citizen identity card"),
        DocumentType.HK_RESIDENCE: ("港澳居民居住证（香港）", "residence permit, Hong Kong resident"),
        DocumentType.MACAO_RESIDENCE: ("港澳居民居住证（澳门）", "residence permit, Macao resident"),
        DocumentType.TAIWAN_RESIDENCE: ("台湾居民居住证", "residence permit, Taiwan resident"),
        DocumentType.FOREIGN_PERMANENT_RESIDENT: (
            "外国人永久居留身份证",
            "foreign permanent resident identity card",
        ),
        DocumentType.PASSPORT: ("护照", "passport"),
    }
)
RESIDENCE_AREAS: Mapping[str, DocumentType] = MappingProxyType(
    {
        "810000": DocumentType.HK_RESIDENCE,
        "820000": DocumentType.MACAO_RESIDENCE,
        "830000": DocumentType.TAIWAN_RESIDENCE,
    }
)
"""Area of a residence permit → its type; such a number is never a citizen's."""
_CARD_2017 = re.compile(r"[A-Z]{3}[0-9]{12}", re.ASCII)
_PASSPORT = re.compile(r"[A-Z0-9]{5,9}", re.ASCII)
_STATE = re.compile(r"[A-Z]{3}", re.ASCII)


@dataclass(frozen=True, slots=True, repr=False)
class IdentityDocument:
    """One document that passed the checks of its type. Personal data: its repr is masked."""

    document_type: DocumentType
    number: str
    """Upper case, without spaces."""
    issuing_state: str = "CHN"
    """ISO 3166-1 alpha-3; `CHN` but for passports of others."""

    @property
    def gb11643(self) -> CitizenNumber | None:
        """The number with birthday and sex inside, when the type has it."""
        if self.document_type is DocumentType.PASSPORT or len(self.number) != 18:
            return None
        return parse_citizen_number(self.number)

    @property
    def birthday(self) -> date | None:
        number = self.gb11643
        return None if number is None else number.birthday

    @property
    def sex(self) -> Sex | None:
        number = self.gb11643
        return None if number is None else number.sex

    @property
    def key(self) -> str:
        """What a blind index is made of: equal for equal documents only."""
        return f"{self.document_type.value}:{self.issuing_state}:{self.number}"

    def masked(self) -> str:
        return mask_number(self.number)

    def __repr__(self) -> str:
        return f"IdentityDocument({self.document_type.value}, {self.masked()})"

    __str__ = __repr__


def parse_document(
    document_type: str, number: str, *, issuing_state: str = "CHN", today: date | None = None
) -> IdentityDocument:
    """Parse a typed document; small letters and surrounding space are forgiven.

    today: when given, a birthday after it is refused. Raises: IdentityDocumentWrong, never with the
    number in it.
    """
    try:
        kind = DocumentType(document_type)
    except ValueError:
        raise IdentityDocumentWrong("This type of document is not known.", "不支持该证件类型。") from None
    if len(number) > LONGEST:
        raise IdentityDocumentWrong("The number is too long.", "证件号码过长。")
    text = number.strip().upper()
    if kind is not DocumentType.PASSPORT and issuing_state != "CHN":
        raise IdentityDocumentWrong("This document is issued in China only.", "该证件只能由中国签发。")
    if not _STATE.fullmatch(issuing_state):
        raise IdentityDocumentWrong(
            "The issuing state must be three capital letters (ISO 3166-1).",
            "签发国应为三位大写字母代码（ISO 3166-1）。",
        )
    _PARSERS[kind](text, today)
    return IdentityDocument(kind, text, issuing_state)


def _gb11643(text: str, today: date | None) -> CitizenNumber:
    try:
        return parse_citizen_number(text, today=today)
    except CitizenNumberWrong as error:
        raise IdentityDocumentWrong(error.detail, error.detail_zh) from None


def _citizen(text: str, today: date | None) -> None:
    number = _gb11643(text, today)
    if number.area[:2] in ("81", "82", "83") or number.value[0] == "9":
        raise IdentityDocumentWrong(
            "This is the number of a residence permit; choose its type.",
            "该号码属于居住证或永久居留身份证，请选择相应的证件类型。",
        )


def _residence(kind: DocumentType) -> Callable[[str, date | None], None]:
    def check(text: str, today: date | None) -> None:
        if RESIDENCE_AREAS.get(_gb11643(text, today).area) is not kind:
            raise IdentityDocumentWrong(
                "The number is not one of this kind of residence permit.", "号码与所选居住证类型不符。"
            )

    return check


def _permanent_resident(text: str, today: date | None) -> None:
    if _CARD_2017.fullmatch(text):
        return
    if not text.startswith("9"):
        raise IdentityDocumentWrong(
            "It must be 18 characters from 9, or three letters and twelve digits.",
            "应为 9 开头的 18 位号码，或 3 位字母加 12 位数字。",
        )
    _gb11643(text, today)


def _passport(text: str, today: date | None) -> None:
    if not _PASSPORT.fullmatch(text):
        raise IdentityDocumentWrong(
            "A passport number has five to nine letters and digits.", "护照号码应为 5 至 9 位字母或数字。"
        )


_PARSERS: Mapping[DocumentType, Callable[[str, date | None], object]] = MappingProxyType(
    {
        DocumentType.CITIZEN_NUMBER: _citizen,
        DocumentType.HK_RESIDENCE: _residence(DocumentType.HK_RESIDENCE),
        DocumentType.MACAO_RESIDENCE: _residence(DocumentType.MACAO_RESIDENCE),
        DocumentType.TAIWAN_RESIDENCE: _residence(DocumentType.TAIWAN_RESIDENCE),
        DocumentType.FOREIGN_PERMANENT_RESIDENT: _permanent_resident,
        DocumentType.PASSPORT: _passport,
    }
)
