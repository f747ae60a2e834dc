"""Made-up people and companies with valid check digits. The same number always gives the same person.

No living person should have one of these numbers (sequence codes 996 to 999 were set aside for people of a
hundred years and more) and no company one of these codes (no register hands out bodies that begin XYXY).
"""

from collections.abc import Callable
from dataclasses import dataclass

from keys.codes.citizen import parse_citizen_number
from keys.codes.credit import parse_credit_code
from keys.errors import XinzhengError

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "晓舟 雨桐 明远 思源 佳宁 文博 若兰 子墨 海燕 志恒 静怡 一鸣 书瑶 承泽 念慈 云帆 清扬 嘉禾".split()
PLACES = ("330106", "330203", "330304", "330402", "330502", "330602", "330702", "330902", "331002", "331102")
TRADES = "青禾农业 云栖软件 远帆物流 明镜检测 石桥建设 百川水务 新芽教育 南屏医药 拾光文化 长风机械".split()
BODIES = ("有限公司", "科技有限公司", "股份有限公司")


@dataclass(frozen=True, slots=True)
class Somebody:
    """A made-up holder."""

    name: str
    code: str


def person(number: int) -> Somebody:
    """The made-up person of that number, born between 1960 and 2004."""
    name = SURNAMES[number % len(SURNAMES)] + GIVEN[(number // len(SURNAMES) + number) % len(GIVEN)]
    born = f"{1960 + number * 7 % 45}{1 + number * 5 % 12:02}{1 + number * 11 % 28:02}"
    body = f"{PLACES[number % len(PLACES)]}{born}{996 + number % 4}"
    return Somebody(name, _completed(body, "0123456789X", parse_citizen_number))


def company(number: int) -> Somebody:
    """The made-up company of that number."""
    trade = TRADES[number % len(TRADES)]
    name = f"示例{trade}（{number:03}）{BODIES[number % len(BODIES)]}"
    return Somebody(name, credit_code("91", PLACES[number % len(PLACES)], f"XYXY{number:04}"))


def credit_code(category: str, region: str, body: str) -> str:
    """A credit code over an eight-character body: both check characters found (GB 11714, GB 32100)."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    for check in "0123456789X":
        try:
            return _completed(category + region + body + check, alphabet, parse_credit_code)
        except ValueError:
            continue
    raise ValueError("no check character fits")


def _completed(body: str, alphabet: str, parse: Callable[[str], object]) -> str:
    """`body` with the one last character that the parser accepts."""
    for last in alphabet:
        try:
            parse(body + last)
        except XinzhengError:
            continue
        return body + last
    raise ValueError("no check character fits")
