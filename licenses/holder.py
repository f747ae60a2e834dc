"""The holder of a license (持证主体) and the kinds of code that name one (持证主体代码类型), GB/T 36903-2018
app. A.

Holds no identity: `api` makes a `Holder` from a record or a verified token. What is not checked: that the
holder exists.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from keys.codes.citizen import parse_citizen_number
from keys.codes.credit import parse_credit_code
from keys.errors import XinzhengError
from licenses.claims import Bilingual, Wrong, wrong_text

LONGEST_NAME = 120
LONGEST_CODE = 40

CREDIT_CODE = "001"
OTHER_LEGAL_PERSON = "099"
CITIZEN_NUMBER = "111"

CODE_TYPES: Mapping[str, Bilingual] = {
    CREDIT_CODE: Bilingual("统一社会信用代码", "credit code"),
    OTHER_LEGAL_PERSON: Bilingual("其他法人代码", "other code of a legal person"),
    CITIZEN_NUMBER: Bilingual("公民身份号码", "citizen number"),
    "114": Bilingual("中国人民解放军军官证", "officer's card of the armed forces"),
    "115": Bilingual("中国人民武装警察部队警官证", "officer's card of the armed police"),
    "118": Bilingual("中国人民解放军士兵证", "soldier's card of the armed forces"),
    "119": Bilingual("中国人民武装警察部队士兵证", "soldier's card of the armed police"),
    "120": Bilingual("中国人民解放军文职人员证", "civilian's card of the armed forces"),
    "122": Bilingual("中国人民武装警察部队文职人员证", "civilian's card of the armed police"),
    "411": Bilingual("外交护照", "diplomatic passport"),
    "412": Bilingual("公务护照", "service passport"),
    "413": Bilingual("因公普通护照", "passport for public affairs"),
    "414": Bilingual("普通护照", "passport"),
    "511": Bilingual("台湾居民来往大陆通行证", "travel permit of a Taiwan resident"),
    "516": Bilingual("港澳居民来往内地通行证", "travel permit of a Hong Kong or Macao resident"),
    "999": Bilingual("其他证件", "other document"),
}

_ORGANISATIONS = frozenset({CREDIT_CODE, OTHER_LEGAL_PERSON})


@dataclass(frozen=True, slots=True)
class Holder:
    """One holder. `repr` is masked, so that a traceback or a log line never shows a person."""

    name: str
    code_type: str
    code: str

    @property
    def is_person(self) -> bool:
        return self.code_type not in _ORGANISATIONS

    def masked(self) -> "Holder":
        """The holder as read models show one: a person's name and code are masked, an organisation's are
        public."""
        if not self.is_person:
            return self
        return Holder(mask_name(self.name), self.code_type, mask_code(self.code))

    def __repr__(self) -> str:
        return f"Holder({mask_name(self.name)}, {self.code_type}, {mask_code(self.code)})"


def mask_name(name: str) -> str:
    """张三 → 张*; 欧阳明日 → 欧***. The first character stays."""
    return name[:1] + "*" * max(1, len(name) - 1)


def mask_code(code: str) -> str:
    """110101199003071234 → 110***********1234; a code shorter than 15 characters keeps its first and last
    two."""
    head, tail = (3, 4) if len(code) >= 15 else (1, 2)
    if len(code) <= head + tail:
        return "*" * len(code)
    return code[:head] + "*" * (len(code) - head - tail) + code[-tail:]


def wrong_holder_code(code_type: str, code: str) -> Wrong | None:
    """Why `code` cannot be a code of this type, or None. Check digits are checked where the type has one."""
    if (wrong := wrong_text(code, LONGEST_CODE)) is not None:
        return wrong
    if not code.isascii() or " " in code:
        return Wrong(
            "只能由数字、字母和符号组成，不能有空格", "may hold only digits, letters and signs, and no space"
        )
    parse = _PARSERS.get(code_type)
    if parse is None:
        return None
    try:
        parse(code)
    except XinzhengError as error:
        return Wrong(f"不正确：{error.detail_zh}", f"is not right: {error.detail}")
    return None


_PARSERS: Mapping[str, Callable[[str], object]] = {
    CREDIT_CODE: parse_credit_code,
    CITIZEN_NUMBER: parse_citizen_number,
}
