"""The departments of a new node: three built in, and one for each other issuer among the examples."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "records"
"""Present when the program runs from its repository (`pip install -e .`), absent in a wheel."""


@dataclass(frozen=True, slots=True)
class Founding:
    """A department to be founded."""

    credit_code: str
    name: str
    """Without the name of the region, which goes before it."""
    license_types: frozenset[str]


BUILT_IN = (
    Founding("11330000XYXY00013Y", "市场监督管理局", frozenset({"business-license"})),
    Founding("11330000XYXY00021R", "自然资源厅", frozenset({"real-estate-ownership"})),
    Founding("11330000XYXY0003XH", "住房和城乡建设厅", frozenset({"construction-qualification"})),
)


def foundings(examples: Path = EXAMPLES) -> tuple[Founding, ...]:
    """The built-in departments, with every (issuer, type) among the examples that they do not cover yet."""
    wanted = {one.credit_code: set(one.license_types) for one in BUILT_IN}
    for issuer, license_type in _issuers(examples):
        wanted.setdefault(issuer, set()).add(license_type)
    names = {one.credit_code: one.name for one in BUILT_IN}
    return tuple(
        Founding(code, names.get(code, f"示例部门（{code[-6:]}）"), frozenset(types))
        for code, types in wanted.items()
    )


def _issuers(examples: Path) -> list[tuple[str, str]]:
    found = []
    for path in sorted(examples.glob("*.json")):
        record: Mapping[str, object] = json.loads(path.read_text(encoding="utf-8"))
        found.append((str(record["issuer"]), str(record["license_type"])))
    return found
