"""The catalogue of license types (证照目录), after GB/T 36902: one TOML file a type, read once at start.

A new type is a new file; no code knows a type by name. Loading is strict: an unknown key, a missing key or a
wrong value is an error that names the file and the key, so that a typing mistake never becomes a license.
What is not checked: that a national type code is the one the defining body uses; a code nobody could confirm
says `provisional`.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from keys.codes.credit import parse_credit_code
from keys.errors import XinzhengError
from licenses.claims import Bilingual, ClaimType
from licenses.errors import CatalogueBroken, UnknownLicenseType
from licenses.holder import CODE_TYPES
from licenses.toml_reading import Table, TypeFileError, read_claims

BUILT_IN_TYPES = Path(__file__).parent / "types"
_KEY = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_TYPE_CODE = re.compile(r"([0-9A-Z]{18})([0-9]{3})")
_LARGEST_FILE = 64 * 1024
_RANKS = frozenset({"national", "provincial", "municipal", "county"})


class Orientation(StrEnum):
    PORTRAIT = "portrait"
    LANDSCAPE = "landscape"


@dataclass(frozen=True, slots=True)
class LicenseType:
    """One license type (证照类型)."""

    key: str
    """Our own name of the type, as in a record's `license_type`."""
    version: int
    name: Bilingual
    standard: str
    national_code: str
    """GB/T 36904 type code: credit code of the defining body and three digits, 21 characters."""
    provisional: bool
    """True when nobody could confirm `national_code`."""
    holder_label: Bilingual
    holder_code_types: tuple[str, ...]
    validity_label: Bilingual
    open_ended: bool
    """Whether `valid_until` may be null (长期)."""
    orientation: Orientation
    issuer_label: Bilingual
    issuer_rank: str
    claims: tuple[ClaimType, ...]

    @property
    def vct(self) -> str:
        """The `vct` of its credentials (SD-JWT VC): collision-resistant, with the version inside."""
        return f"urn:xinzheng:license:{self.key}:{self.version}"

    def claim(self, name: str) -> ClaimType | None:
        return next((claim for claim in self.claims if claim.name == name), None)


class Catalogue:
    """The license types a node knows. Immutable."""

    def __init__(self, types: tuple[LicenseType, ...]) -> None:
        self._by_key: Mapping[str, LicenseType] = {one.key: one for one in types}
        self._by_vct: Mapping[str, LicenseType] = {one.vct: one for one in types}
        self._by_code: Mapping[str, LicenseType] = {one.national_code: one for one in types}
        if not types or len(self._by_key) != len(types) or len(self._by_code) != len(types):
            raise CatalogueBroken(
                "the catalogue is empty, or two types share a key or a national code",
                "证照目录为空，或有两个类型使用同一标识或同一类型代码",
            )

    def __iter__(self) -> Iterator[LicenseType]:
        return iter(self._by_key.values())

    def __len__(self) -> int:
        return len(self._by_key)

    def __contains__(self, key: object) -> bool:
        return key in self._by_key

    def get(self, key: str) -> LicenseType:
        """The type with this key. Raises UnknownLicenseType."""
        return _found(self._by_key.get(key))

    def by_vct(self, vct: str) -> LicenseType:
        """The type whose credentials say `vct`. Raises UnknownLicenseType."""
        return _found(self._by_vct.get(vct))

    def by_national_code(self, code: str) -> LicenseType:
        """The type with this GB/T 36904 type code. Raises UnknownLicenseType."""
        return _found(self._by_code.get(code))


def load_catalogue(directory: Path = BUILT_IN_TYPES) -> Catalogue:
    """Read every `*.toml` of `directory`. Raises CatalogueBroken naming the file and the key."""
    return Catalogue(tuple(_load_file(path) for path in sorted(directory.glob("*.toml"))))


def _found(license_type: LicenseType | None) -> LicenseType:
    if license_type is None:
        raise UnknownLicenseType()
    return license_type


def _load_file(path: Path) -> LicenseType:
    try:
        content = path.read_bytes()
        if len(content) > _LARGEST_FILE:
            raise TypeFileError("", "the file is larger than 64 KiB")
        parsed = parse_type(tomllib.loads(content.decode("utf-8")))
        if parsed.key != path.stem:
            raise TypeFileError("key", "must be the file's name")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _broken(path, "", str(error)) from error
    except TypeFileError as error:
        raise _broken(path, error.key, error.reason) from error
    return parsed


def _broken(path: Path, key: str, reason: str) -> CatalogueBroken:
    where = f"{path.name}, {key}" if key else path.name
    return CatalogueBroken(f"{where}: {reason}", f"证照类型文件{where}有误：{reason}")


def parse_type(raw: Mapping[str, Any]) -> LicenseType:
    """One type from its parsed TOML. Raises TypeFileError naming the key."""
    root = Table(raw, "")
    national, holder = root.table("national"), root.table("holder")
    validity, layout = root.table("validity"), root.table("layout")
    parsed = LicenseType(
        key=root.text("key", _KEY),
        version=root.whole_number("version", 1, 999),
        name=root.bilingual("name"),
        standard=root.text("standard"),
        national_code=_type_code(national),
        provisional=national.truth("provisional"),
        holder_label=holder.bilingual("label"),
        holder_code_types=holder.texts("code_types", one_of=CODE_TYPES),
        validity_label=validity.bilingual("label"),
        open_ended=validity.truth("open_ended"),
        orientation=Orientation(layout.text("orientation", one_of=frozenset(Orientation))),
        issuer_label=layout.bilingual("issuer_label"),
        issuer_rank=layout.text("issuer_rank", one_of=_RANKS),
        claims=read_claims(root),
    )
    for table in (root, national, holder, validity, layout):
        table.nothing_left()
    return parsed


def _type_code(national: Table) -> str:
    code = national.text("code", _TYPE_CODE)
    try:
        parse_credit_code(code[:18])
    except XinzhengError as error:
        raise TypeFileError("national.code", "must begin with a valid credit code") from error
    return code
