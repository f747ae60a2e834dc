"""The question behind each check, and what a clerk does when the answer is not yes (docs/verdicts.md)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

TABLE = Path(__file__).parent.parent / "questions.toml"


@dataclass(frozen=True, slots=True)
class Question:
    """One question in words for people, and the next step when it fails or stays open."""

    zh: str
    en: str
    advice_zh: str
    advice_en: str
    topic: str
    """Key of the line under which it is gathered when the answer is yes."""
    reason: bool = False
    """Whether that line shows the reason of this check: it names somebody, or says what to compare."""


@lru_cache(maxsize=1)
def questions() -> Mapping[str, Question]:
    """The table, by check id."""
    raw = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return MappingProxyType({key: Question(**value) for key, value in raw.items()})


def question_of(check_id: str) -> Question | None:
    """The question of a check, or None for one this program does not know."""
    return questions().get(check_id)
