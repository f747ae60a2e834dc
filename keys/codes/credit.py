"""Unified social credit codes (统一社会信用代码), GB 32100-2015 §4, with the organisation code of GB
11714-1997 inside.

    1 registering department · 2 category · 3–8 area (GB/T 2260) · 9–17 organisation code · 18 check character
    31 characters: digits and letters without I, O, S, V, Z
    weights 3^(i-1) mod 31; check = (31 - sum mod 31) mod 31

Checked: length and characters, the first two against the table of GB 32100 §5, area digits whose province
exists (100000 stands for national registration), both check characters. Not checked: that the code was
issued.
"""

import re
import secrets
from dataclasses import dataclass
from types import MappingProxyType

from keys.codes.region import provinces
from keys.errors import CreditCodeWrong

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
ORGANIZATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORGANIZATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
DEPARTMENTS = MappingProxyType(
    {
        "1": "机构编制",
        "2": "外交",
        "3": "司法行政",
        "4": "文化",
        "5": "民政",
        "6": "旅游",
        "7": "宗教",
        "8": "工会",
        "9": "工商",
        "A": "中央军委改革和编制办公室",
        "N": "农业",
        "Y": "其他",
    }
)
"""First character: who registered the organisation."""
NATIONAL_AREA = "10"
_FORM = re.compile(rf"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}", re.ASCII)


@dataclass(frozen=True, slots=True)
class CreditCode:
    """A code that passed every check above."""

    value: str
    """18 characters, upper case."""

    @property
    def department(self) -> str:
        """Who registered it, by GB 32100 §5."""
        return DEPARTMENTS[self.value[0]]

    @property
    def area(self) -> str:
        """Six digits, where it was registered."""
        return self.value[2:8]

    @property
    def organization_code(self) -> str:
        """GB 11714: eight characters and a check character."""
        return self.value[8:17]

    def __str__(self) -> str:
        return self.value


def check_character(first_17: str) -> str:
    """The 18th character (GB 32100 §4.5)."""
    total = sum(ALPHABET.index(char) * weight for char, weight in zip(first_17, WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def organization_check(first_8: str) -> str:
    """The check character of an organisation code (GB 11714-1997 §3.2): MOD 11, X for 10, 0 for 11."""
    pairs = zip(first_8, ORGANIZATION_WEIGHTS, strict=True)
    total = sum(ORGANIZATION_ALPHABET.index(char) * weight for char, weight in pairs)
    return "0123456789X0"[11 - total % 11]


def parse_credit_code(text: str) -> CreditCode:
    """Parse a code; small letters and surrounding space are forgiven. Raises: CreditCodeWrong."""
    value = text.strip().upper()
    if not _FORM.fullmatch(value):
        raise CreditCodeWrong(
            "It must have 18 digits or letters; I, O, S, V and Z do not occur.",
            "应为 18 位数字或字母，且不含 I、O、S、V、Z。",
        )
    if value[0] not in DEPARTMENTS:
        raise CreditCodeWrong("Its registering department does not exist.", "登记管理部门代码不存在。")
    if value[2:4] != NATIONAL_AREA and f"{value[2:4]}0000" not in provinces():
        raise CreditCodeWrong("Its area code does not exist.", "行政区划码不存在。")
    if organization_check(value[8:16]) != value[16]:
        raise CreditCodeWrong(
            "The check character of its organisation code is wrong.", "组织机构代码校验码不正确。"
        )
    if check_character(value[:17]) != value[17]:
        raise CreditCodeWrong("Its check character is wrong.", "校验码不正确。")
    return CreditCode(value)


def make_credit_code(
    area: str, *, department: str = "9", category: str = "1", body: str | None = None
) -> str:
    """A made-up code for demonstrations and tests, valid in form. `body`: eight characters, random when
    left out."""
    middle = body or "MA" + "".join(secrets.choice(ALPHABET) for _ in range(6))
    first = f"{department}{category}{area}{middle}{organization_check(middle)}"
    return parse_credit_code(first + check_character(first)).value
