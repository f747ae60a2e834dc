"""A question to a register (核验请求): is there somebody with exactly these particulars?

Fields have fixed names; a channel's description maps them to the register's own. A question's repr shows no
value.

| kind | fields |
|---|---|
| person | name · document_type · number · issuing_state · birthday? · phone? · bank_card? |
| organization | credit_code · organization_name · representative_name · representative_number |
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from keys.fields import FieldCipher
from trust.persons.accounts import document_index
from trust.persons.documents import IdentityDocument
from trust.persons.errors import RegisterQueryRefused
from trust.persons.organization import Organization
from trust.persons.person import NaturalPerson

PERSON_FIELDS = frozenset(
    {"name", "document_type", "number", "issuing_state", "birthday", "phone", "bank_card"}
)
ORGANIZATION_FIELDS = frozenset(
    {"credit_code", "organization_name", "representative_name", "representative_number"}
)
FIELDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {"person": PERSON_FIELDS, "organization": ORGANIZATION_FIELDS}
)
_BANK_CARD = re.compile(r"[0-9]{12,19}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Question:
    kind: str
    fields: Mapping[str, str] = field(repr=False)
    subject: IdentityDocument | str = field(repr=False)
    """The document, or the credit code, that queries are counted and found by."""

    def subject_index(self, cipher: FieldCipher) -> bytes:
        """The same blind index for the same subject in every channel; a person's is that of their account."""
        if isinstance(self.subject, IdentityDocument):
            return document_index(cipher, self.subject)
        return cipher.blind_index(self.subject, field="organization.credit_code")


def person_question(
    person: NaturalPerson, *, phone: str | None = None, bank_card: str | None = None
) -> Question:
    """Two factors (name, number), or three with telephone or bank card. Raises: RegisterQueryRefused."""
    if bank_card is not None and not (_BANK_CARD.fullmatch(bank_card) and _luhn(bank_card)):
        raise RegisterQueryRefused("This is not a bank card number.", "银行卡号不正确。")
    document = person.document
    fields = {
        "name": person.name,
        "document_type": document.document_type.value,
        "number": document.number,
        "issuing_state": document.issuing_state,
        "birthday": person.birthday.isoformat() if person.birthday else None,
        "phone": phone,
        "bank_card": bank_card,
    }
    held = {name: value for name, value in fields.items() if value is not None}
    return Question("person", MappingProxyType(held), document)


def organization_question(organization: Organization, representative: NaturalPerson) -> Question:
    """Is this person the legal representative of this organisation?"""
    code = organization.credit_code.value
    fields = {
        "credit_code": code,
        "organization_name": organization.name,
        "representative_name": representative.name,
        "representative_number": representative.document.number,
    }
    return Question("organization", MappingProxyType(fields), code)


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B."""
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
