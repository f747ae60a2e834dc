"""An organisation (法人和非法人组织): a unified social credit code (GB 32100), a name, a legal
representative.

Code and name are public; the representative is a person and treated as one. An organisation never logs in: a
person does and acts for it (`trust.persons.agency`). Not checked: that the code was issued (`registers`).
"""

from dataclasses import dataclass
from uuid import UUID

from keys.codes.credit import CreditCode, parse_credit_code
from keys.errors import CreditCodeWrong
from trust.persons.errors import PersonRefused
from trust.persons.person import parse_name


@dataclass(frozen=True, slots=True)
class Organization:
    """What is known of an organisation itself."""

    credit_code: CreditCode
    name: str


@dataclass(frozen=True, slots=True)
class OrganizationView:
    """An organisation as others may see it. The representative is named by account, never by person."""

    organization_id: UUID
    credit_code: str
    name: str
    state: str
    """active → ended"""
    representative_id: UUID | None
    """None: the register's representative has no account here, so nobody can name agents."""
    epoch: int
    """Raised by every change of representative; what was granted in an earlier one has ended."""


def make_organization(credit_code: str, name: str) -> Organization:
    """Raises: PersonRefused."""
    try:
        return Organization(parse_credit_code(credit_code), parse_name(name))
    except CreditCodeWrong as error:
        raise PersonRefused(error.detail, error.detail_zh) from None
