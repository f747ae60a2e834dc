"""What one claim of a license may hold (信息项): its kinds, and the check of a value against its kind.

Values are plain JSON so that the credential carries them unchanged: money in yuan and area in square metres
are decimal strings (a binary fraction would not survive), dates are `YYYY-MM-DD`. What is *not* checked here:
whether the value is true.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from keys.codes.citizen import parse_citizen_number
from keys.codes.credit import parse_credit_code
from keys.errors import XinzhengError


class Kind(StrEnum):
    TEXT = "text"
    DATE = "date"
    NUMBER = "number"
    MONEY = "money"
    AREA = "area"
    CREDIT_CODE = "credit_code"
    CITIZEN_NUMBER = "citizen_number"
    CHOICE = "choice"
    LIST = "list"


class Disclosure(StrEnum):
    ALWAYS = "always"
    SELECTIVE = "selective"


@dataclass(frozen=True, slots=True)
class Bilingual:
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class ClaimType:
    """One claim a license type prints, in printed order."""

    name: str
    label: Bilingual
    kind: Kind
    mandatory: bool
    disclosure: Disclosure
    max_length: int
    """Characters of a text, or of one item of a list."""
    max_items: int
    choices: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None
    pattern_hint: Bilingual | None = None
    personal: bool = False
    """Whether the value is the name of a natural person, which read models mask (张*)."""


Wrong = Bilingual
"""Why a value is refused, as the end of the sentence "<label> …"."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,14})(\.[0-9]{1,2})?")
_LARGEST_NUMBER = 2**53 - 1

NOT_TEXT = Wrong("应当是文字", "must be text")
EMPTY = Wrong("不能为空，也不能以空格开头或结尾", "must not be empty nor begin or end with a space")
HIDDEN = Wrong(
    "含有看不见的控制字符或改变书写方向的字符",
    "contains invisible control characters or changes of direction",
)


def hidden_character(text: str) -> bool:
    """Whether `text` holds a character that cannot be seen or that reorders what is seen.

    Control (Cc), format (Cf: bidi overrides, zero-width), surrogate, private use, unassigned, line and
    paragraph separators. Variation selectors are marks, not letters: they are refused too, for they change a
    name unseen.
    """
    for character in text:
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
            return True
        if 0xFE00 <= ord(character) <= 0xFE0F or 0xE0100 <= ord(character) <= 0xE01EF:
            return True
    return False


def wrong_text(value: Any, max_length: int) -> Wrong | None:
    """Why `value` is not a printable text of at most `max_length` characters, or None."""
    if not isinstance(value, str):
        return NOT_TEXT
    if len(value) > max_length:
        return Wrong(f"过长，最多{max_length}个字", f"is too long: at most {max_length} characters")
    if not value or value != value.strip():
        return EMPTY
    return HIDDEN if hidden_character(value) else None


def wrong_value(claim: ClaimType, value: Any) -> Wrong | None:
    """Why `value` may not stand in `claim`, or None when it may."""
    return _CHECKS[claim.kind](claim, value)


def parse_date(value: Any) -> date | None:
    """A date from `YYYY-MM-DD`, or None for anything else."""
    if not isinstance(value, str) or _DATE.fullmatch(value) is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _text(claim: ClaimType, value: Any) -> Wrong | None:
    if (wrong := wrong_text(value, claim.max_length)) is not None:
        return wrong
    if claim.pattern is not None and claim.pattern.fullmatch(value) is None:
        hint = claim.pattern_hint or Bilingual("规定的格式", "the prescribed form")
        return Wrong(f"格式不符：{hint.zh}", f"does not have the right form: {hint.en}")
    return None


def _date(claim: ClaimType, value: Any) -> Wrong | None:
    if parse_date(value) is None:
        return Wrong("应当是真实存在的日期，如2026-11-22", "must be a real date such as 2026-11-22")
    return None


def _number(claim: ClaimType, value: Any) -> Wrong | None:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _LARGEST_NUMBER:
        return Wrong("应当是整数", "must be a whole number")
    return None


def _decimal(claim: ClaimType, value: Any) -> Wrong | None:
    if not isinstance(value, str) or _DECIMAL.fullmatch(value) is None:
        return Wrong(
            '应当是带引号的十进制数，最多两位小数，如"5000000.00"',
            'must be a decimal in quotes with at most two places, such as "5000000.00"',
        )
    return None


def _credit_code(claim: ClaimType, value: Any) -> Wrong | None:
    if isinstance(value, str) and _parses(parse_credit_code, value):
        return None
    return Wrong("不是有效的统一社会信用代码（校验位不符）", "is not a valid credit code (check digit)")


def _citizen_number(claim: ClaimType, value: Any) -> Wrong | None:
    if isinstance(value, str) and _parses(parse_citizen_number, value):
        return None
    return Wrong("不是有效的公民身份号码（校验位不符）", "is not a valid citizen number (check digit)")


def _choice(claim: ClaimType, value: Any) -> Wrong | None:
    if value in claim.choices:
        return None
    return Wrong("应当是：" + "、".join(claim.choices), "must be one of: " + ", ".join(claim.choices))


def _list(claim: ClaimType, value: Any) -> Wrong | None:
    if not isinstance(value, list | tuple) or not value:
        return Wrong("应当是至少有一项的列表", "must be a list with at least one item")
    if len(value) > claim.max_items:
        return Wrong(f"最多{claim.max_items}项", f"may have at most {claim.max_items} items")
    for item in value:
        if (wrong := _text(claim, item)) is not None:
            return Wrong(f"有一项{wrong.zh}", f"has an item that {wrong.en}")
    return None if len(set(value)) == len(value) else Wrong("有重复项", "has an item twice")


def _parses(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except XinzhengError:
        return False
    return True


_CHECKS: Mapping[Kind, Callable[[ClaimType, Any], Wrong | None]] = {
    Kind.TEXT: _text,
    Kind.DATE: _date,
    Kind.NUMBER: _number,
    Kind.MONEY: _decimal,
    Kind.AREA: _decimal,
    Kind.CREDIT_CODE: _credit_code,
    Kind.CITIZEN_NUMBER: _citizen_number,
    Kind.CHOICE: _choice,
    Kind.LIST: _list,
}
