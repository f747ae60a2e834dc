"""Citizen identification numbers (公民身份号码), GB 11643-1999 §4; residence permits of Hong Kong, Macao
and Taiwan residents (81, 82, 83) and of foreigners (9) have the same form.

    6 digits area (GB/T 2260 at the time of issue) · 8 digits birthday · 3 digits sequence (odd: male) · check
    check character: ISO 7064 MOD 11-2, `X` stands for 10

Checked: length and characters, the first two digits against a closed list, a real birthday from 1880 on
and, with `today`, not in the future, the check character. Not checked: that the county existed (areas are
abolished and numbers live on, so a list of today's counties would refuse real people), that the number was
issued, or to whom. The old 15-digit form is refused: it has no check character and has been void since
2013.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from keys.errors import CitizenNumberWrong

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 "
    "50 51 52 53 54 61 62 63 64 65 71 81 82 83".split()
)
"""First two digits; 81, 82, 83: residence permits of Hong Kong, Macao and Taiwan residents."""
FOREIGN = "9"
"""First digit of the 18-digit numbers of foreign permanent residents (2023); the province follows it."""
EARLIEST = date(1880, 1, 1)
_FORM = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)


class Sex(StrEnum):
    MALE = "male"
    FEMALE = "female"


@dataclass(frozen=True, slots=True, repr=False)
class CitizenNumber:
    """A number that passed every check above. It is personal data: its repr is masked."""

    value: str
    """18 characters, `X` upper case."""

    @property
    def area(self) -> str:
        """Six digits, the area at the time of issue."""
        return self.value[:6]

    @property
    def birthday(self) -> date:
        return date(int(self.value[6:10]), int(self.value[10:12]), int(self.value[12:14]))

    @property
    def sex(self) -> Sex:
        return Sex.MALE if int(self.value[16]) % 2 else Sex.FEMALE

    def masked(self) -> str:
        """First three and last four characters (the usual 脱敏)."""
        return f"{self.value[:3]}***********{self.value[-4:]}"

    def __repr__(self) -> str:
        return f"CitizenNumber({self.masked()})"

    __str__ = masked


def check_character(first_17: str) -> str:
    """The last character for 17 digits (GB 11643 §4.2.4, ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(first_17, WEIGHTS, strict=True))
    return CHECK_CHARACTERS[total % 11]


def parse_citizen_number(text: str, *, today: date | None = None) -> CitizenNumber:
    """Parse a number; a small `x` and surrounding space are forgiven, nothing else.

    today: when given, a birthday after it is refused.
    Raises: CitizenNumberWrong; its words never hold the number.
    """
    value = text.strip().upper()
    if not _FORM.fullmatch(value):
        raise CitizenNumberWrong(
            "It must have 17 digits and a check character.", "应为 17 位数字加 1 位校验码。"
        )
    province = value[1:3] if value[0] == FOREIGN else value[:2]
    if province not in PROVINCES:
        raise CitizenNumberWrong("Its area code does not exist.", "地址码不存在。")
    try:
        birthday = date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        raise CitizenNumberWrong("Its birthday does not exist.", "出生日期不存在。") from None
    if birthday < EARLIEST or (today is not None and birthday > today):
        raise CitizenNumberWrong("Its birthday is not possible.", "出生日期不合理。")
    if check_character(value[:17]) != value[17]:
        raise CitizenNumberWrong("Its check character is wrong.", "校验码不正确。")
    return CitizenNumber(value)


def make_citizen_number(area: str, birthday: date, sequence: int | None = None) -> str:
    """A made-up number for demonstrations and tests, valid in form. Sequence 0–999, random when left out."""
    number = secrets.randbelow(1000) if sequence is None else sequence
    first = f"{area}{birthday:%Y%m%d}{number:03d}"
    return parse_citizen_number(first + check_character(first)).value
