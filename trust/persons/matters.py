"""Matters (政务服务事项) a grant can be limited to: one data file, read strictly.

Columns: code · name · name_en · level (assurance a person needs for it, 1–4) · agent (经办人 allowed) ·
relative (亲友代办 allowed). The codes of the file that comes with us are provisional: an operator gives the
region's own list of matter codes (统一政务服务事项编码) in the same form. Acts of the person alone (marriage,
a will) can be delegated to nobody.
"""

import csv
import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType

from keys.errors import MalformedInput

COLUMNS = ("code", "name", "name_en", "level", "agent", "relative")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,39}", re.ASCII)
_TRUTH = MappingProxyType({"yes": True, "no": False})


@dataclass(frozen=True, slots=True)
class Matter:
    code: str
    name: str
    name_en: str
    level: int
    agent: bool
    relative: bool


def parse_matters(text: str) -> Mapping[str, Matter]:
    """Code → matter. Raises: MalformedInput naming the line."""
    try:
        rows = csv.DictReader(text.splitlines(), restkey="more", strict=True)
        header = tuple(rows.fieldnames or ())
        found = [_matter(row, rows.line_num) for row in rows] if header == COLUMNS else []
    except csv.Error:
        raise MalformedInput("Not a CSV file.", "不是有效的 CSV 文件。") from None
    if header != COLUMNS:
        raise MalformedInput(
            f"The first line must be {','.join(COLUMNS)}.", f"首行应为 {','.join(COLUMNS)}。"
        )
    matters = {matter.code: matter for matter in found}
    if not found or len(matters) != len(found):
        raise MalformedInput("The list is empty or names a matter twice.", "事项清单为空或事项编码重复。")
    return MappingProxyType(matters)


@functools.cache
def built_in_matters() -> Mapping[str, Matter]:
    """The list that comes with us."""
    return parse_matters(files("trust.persons").joinpath("matters.csv").read_text(encoding="utf-8"))


def highest_level(matters: Mapping[str, Matter], codes: Iterable[str]) -> int:
    """The assurance the strictest of these matters needs; unknown codes need the highest."""
    return max((matters[code].level if code in matters else 4 for code in codes), default=1)


def _matter(row: Mapping[str, object], line: int) -> Matter:
    values = [row.get(column) for column in COLUMNS]
    if "more" in row or not all(isinstance(value, str) and value for value in values):
        raise _wrong(line)
    code, name, name_en, level, agent, relative = (str(value) for value in values)
    if not _CODE.fullmatch(code) or level not in {"1", "2", "3", "4"}:
        raise _wrong(line)
    if agent not in _TRUTH or relative not in _TRUTH:
        raise _wrong(line)
    return Matter(code, name, name_en, int(level), _TRUTH[agent], _TRUTH[relative])


def _wrong(line: int) -> MalformedInput:
    return MalformedInput(f"Line {line} of the list of matters is wrong.", f"事项清单第 {line} 行有误。")
