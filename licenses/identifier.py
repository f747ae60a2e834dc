"""The license identifier (证照标识), GB/T 36904-2018.

    1.2.156.3005.2 . <type code 21> . <issuer's credit code 18> . <serial> . <version 3> . <check 1>

The check character is ISO/IEC 7064 MOD 37,36 over type, issuer, serial and version without the root and
without dots. We build strictly and read tolerantly: identifiers are in circulation with an area code for the
issuer, or with a check character computed by a widely deployed program that numbers the letters from 11
instead of 10. The latter are told apart from mistakes. What is not checked: that the license exists.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from keys.codes.credit import parse_credit_code
from keys.errors import XinzhengError
from licenses.errors import MalformedIdentifier

ROOT_OID = "1.2.156.3005.2"
FIRST_VERSION = 1
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NEXT_PRODUCT = tuple(
    {character: ((product + value) % 36 or 36) * 2 % 37 for value, character in enumerate(_ALPHABET)}
    for product in range(37)
)
"""ISO/IEC 7064 §8.2 as a table: a verifier walks sixty characters for every license."""
_LONGEST = 160
_TOLERANT = re.compile(
    r"1\.2\.156\.3005\.2\.([0-9A-Z]{21})\.([0-9A-Z]{2,18})\.([0-9A-Z]{1,64})\.([0-9]{3})\.([0-9A-Z])"
)
_STRICT_TYPE = re.compile(r"[0-9A-Z]{18}[0-9]{3}")
_STRICT_SERIAL = re.compile(r"[0-9A-Z]{1,64}")
_SERIAL_LENGTH = 20


class IdentifierCheck(StrEnum):
    """What the check character says."""

    VALID = "valid"
    LEGACY_OFFSET_VARIANT = "legacy_offset_variant"
    """Right by the off-by-one arithmetic of an older program, wrong by the standard: look further, do not
    refuse."""
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class LicenseIdentifier:
    """A parsed identifier; `check` says whether its check character holds."""

    type_code: str
    issuer_code: str
    serial: str
    version: int
    check_character: str
    check: IdentifierCheck

    def __str__(self) -> str:
        return ".".join(
            (
                ROOT_OID,
                self.type_code,
                self.issuer_code,
                self.serial,
                f"{self.version:03}",
                self.check_character,
            )
        )

    @property
    def body(self) -> str:
        return f"{self.type_code}{self.issuer_code}{self.serial}{self.version:03}"


def check_character(body: str) -> str:
    """The check character of `body`, ISO/IEC 7064:2003 MOD 37,36 (a hybrid system over 0-9A-Z)."""
    product = 36
    for character in body:
        product = _NEXT_PRODUCT[product][character]
    return _ALPHABET[(37 - product) % 36]


def legacy_check_character(body: str) -> str:
    """The character that the older program prints: letters count from 11, its sums over 37 wrap, no final
    step."""
    product = 36
    for character in body:
        value = _ALPHABET.index(character)
        total = product + value
        if value > 9:
            total = total + 1 if total + 1 <= 37 else (total + 1) % 37
        product = (total % 36 or 36) * 2 % 37
    return _ALPHABET[36 - product]


def build_identifier(*, type_code: str, issuer_code: str, serial: str, version: int) -> LicenseIdentifier:
    """A new identifier. Raises MalformedIdentifier when a part is not exactly what GB/T 36904 asks for."""
    try:
        parse_credit_code(issuer_code)
        parse_credit_code(type_code[:18])
    except XinzhengError as error:
        raise _malformed(
            "the issuer's or the type's credit code is wrong", "颁发机构代码或类型代码有误"
        ) from error
    if _STRICT_TYPE.fullmatch(type_code) is None:
        raise _malformed(
            "the type code is not 18 characters and 3 digits", "证照类型代码应为18位代码加3位数字"
        )
    if _STRICT_SERIAL.fullmatch(serial) is None:
        raise _malformed(
            "the serial may hold 1 to 64 digits and capital letters", "流水号应为1至64位数字或大写字母"
        )
    if not FIRST_VERSION <= version <= 999:
        raise _malformed("the version must be from 001 to 999", "版本号应为001至999")
    check = check_character(f"{type_code}{issuer_code}{serial}{version:03}")
    return LicenseIdentifier(type_code, issuer_code, serial, version, check, IdentifierCheck.VALID)


def parse_identifier(text: str) -> LicenseIdentifier:
    """Read an identifier someone else wrote. Raises MalformedIdentifier when it has not the shape of one.

    A wrong check character does not raise: `check` tells.
    """
    match = _TOLERANT.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        raise MalformedIdentifier()
    type_code, issuer_code, serial, version, character = match.groups()
    check = _judge(type_code + issuer_code + serial + version, character)
    return LicenseIdentifier(type_code, issuer_code, serial, int(version), character, check)


def check_identifier(text: str) -> IdentifierCheck:
    """Three-valued check of any text: what has not the shape of an identifier is `invalid`."""
    try:
        return parse_identifier(text).check
    except MalformedIdentifier:
        return IdentifierCheck.INVALID


def random_serial(random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """Twenty random digits and capital letters (103 bits): a serial that tells nothing and cannot be
    guessed."""
    number = int.from_bytes(random_bytes(_SERIAL_LENGTH))
    characters = []
    for _ in range(_SERIAL_LENGTH):
        number, index = divmod(number, 36)
        characters.append(_ALPHABET[index])
    return "".join(characters)


def _judge(body: str, character: str) -> IdentifierCheck:
    if character == check_character(body):
        return IdentifierCheck.VALID
    if character == legacy_check_character(body):
        return IdentifierCheck.LEGACY_OFFSET_VARIANT
    return IdentifierCheck.INVALID


def _malformed(detail: str, detail_zh: str) -> MalformedIdentifier:
    return MalformedIdentifier(detail, detail_zh)
