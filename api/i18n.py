"""The words of our pages in two languages: one table, Chinese first (DESIGN §10).

The table is `messages.toml`. A missing key is an error, never an empty place on a page; values are put into
their places as text, and the template escapes the whole.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

TABLE = Path(__file__).parent / "messages.toml"
BEIJING = timezone(timedelta(hours=8), "UTC+8")
"""The whole country keeps one time (北京时间)."""
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


class Language(StrEnum):
    ZH = "zh"
    EN = "en"

    @property
    def tag(self) -> str:
        """The BCP 47 tag for the `lang` attribute."""
        return "zh-CN" if self is Language.ZH else "en"

    @property
    def other(self) -> "Language":
        return Language.EN if self is Language.ZH else Language.ZH


Table = Mapping[str, Mapping[Language, str]]


def load_messages(path: Path = TABLE) -> Table:
    """Read the table. Raises ValueError naming the key that lacks a language or has one too many."""
    sections = tomllib.loads(path.read_text(encoding="utf-8"))
    table: dict[str, Mapping[Language, str]] = {}
    for section, messages in sections.items():
        for key, words in messages.items():
            if set(words) != set(Language) or not all(words.values()):
                raise ValueError(f"messages.toml: {section}.{key} needs exactly zh and en")
            table[f"{section}.{key}"] = MappingProxyType({Language(k): v for k, v in words.items()})
    return MappingProxyType(table)


@dataclass(frozen=True, slots=True)
class Words:
    """The table read in one language."""

    language: Language
    table: Table

    def __call__(self, key: str, **places: object) -> str:
        """The message `key`, its places filled. Raises KeyError for an unknown key or an unfilled place."""
        return self.table[key][self.language].format_map(places)

    def pick(self, zh: str, en: str) -> str:
        """One of two texts that came from elsewhere (a report, a catalogue)."""
        return zh if self.language is Language.ZH else en

    def day(self, day: date) -> str:
        """A date as it is written: 2026年11月22日, 22 November 2026."""
        if self.language is Language.ZH:
            return f"{day.year}年{day.month}月{day.day}日"
        return f"{day.day} {MONTHS[day.month - 1]} {day.year}"

    def moment(self, moment: datetime) -> str:
        """An aware datetime in Beijing time, to the minute."""
        local = moment.astimezone(BEIJING)
        return (
            f"{self.day(local.date())} {local:%H:%M}"
            if self.language is Language.ZH
            else (f"{self.day(local.date())}, {local:%H:%M} (UTC+8)")
        )
