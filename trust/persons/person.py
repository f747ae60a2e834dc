"""A natural person (自然人): a name, one identity document, and what follows from them.

Birthday and sex come from the number when it has them (GB 11643); only for the other documents are they
said by the applicant. Checked: length, no control characters, birthday and sex agreeing with the number.
Not checked: that the person exists or is the one who says so; that is proofing (`trust.persons.proofing`).
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from keys.codes.citizen import Sex
from trust.persons.documents import DocumentType, IdentityDocument
from trust.persons.errors import PersonRefused
from trust.persons.masking import mask_email, mask_name, mask_phone

LONGEST_NAME = 120
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,180}[A-Za-z0-9])", re.ASCII
)


@dataclass(frozen=True, slots=True, repr=False)
class NaturalPerson:
    """Identity particulars (身份信息). `repr` is masked."""

    name: str
    document: IdentityDocument
    birthday: date | None
    """None only for passports and old permanent resident cards whose holder has not told."""
    sex: Sex | None
    nationality: str
    """ISO 3166-1 alpha-3."""

    def __repr__(self) -> str:
        return f"NaturalPerson({mask_name(self.name)}, {self.document!r})"

    __str__ = __repr__


@dataclass(frozen=True, slots=True, repr=False)
class Contact:
    """How to reach a person; verified only after a code that was sent there came back."""

    phone: str | None = None
    """E.164, `+8613812345678`."""
    phone_verified: bool = False
    email: str | None = None
    email_verified: bool = False

    def __repr__(self) -> str:
        phone = mask_phone(self.phone) if self.phone else None
        email = mask_email(self.email) if self.email else None
        return f"Contact({phone}, {email})"

    __str__ = __repr__


def parse_name(text: str) -> str:
    """A name as one writes it: NFC, one space at most between parts. Raises: PersonRefused."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise PersonRefused(
            f"A name has 1 to {LONGEST_NAME} characters.", f"姓名应为 1 至 {LONGEST_NAME} 个字符。"
        )
    if any(unicodedata.category(char)[0] == "C" for char in name):
        raise PersonRefused("A name has no control characters.", "姓名不能含有控制字符。")
    return name


def make_person(
    name: str,
    document: IdentityDocument,
    *,
    birthday: date | None = None,
    sex: Sex | None = None,
    nationality: str | None = None,
) -> NaturalPerson:
    """Put particulars together. Raises: PersonRefused when they contradict the document."""
    for said, inside in ((birthday, document.birthday), (sex, document.sex)):
        if said is not None and inside is not None and said != inside:
            raise PersonRefused(
                "Birthday or sex is another than the document number says.",
                "出生日期或性别与证件号码不一致。",
            )
    return NaturalPerson(
        name=parse_name(name),
        document=document,
        birthday=document.birthday or birthday,
        sex=document.sex or sex,
        nationality=_nationality(document, nationality),
    )


def parse_contact(phone: str | None = None, email: str | None = None) -> Contact:
    """A contact nobody has verified yet. A mainland mobile number may come without its +86.

    Raises: PersonRefused.
    """
    if phone is not None:
        phone = re.sub(r"[ -]", "", phone)
        if re.fullmatch(r"1[3-9][0-9]{9}", phone, re.ASCII):
            phone = f"+86{phone}"
        if not _PHONE.fullmatch(phone):
            raise PersonRefused("This is not a telephone number.", "电话号码不正确。")
    if email is not None and not _EMAIL.fullmatch(email):
        raise PersonRefused("This is not an e-mail address.", "电子邮箱不正确。")
    return Contact(phone=phone, email=email)


def with_document(person: NaturalPerson, document: IdentityDocument) -> NaturalPerson:
    """The same person with another document (a renewed passport). Raises: PersonRefused."""
    if person.birthday and document.birthday and person.birthday != document.birthday:
        raise PersonRefused("The new document says another birthday.", "新证件的出生日期不一致。")
    return replace(person, document=document, birthday=person.birthday or document.birthday)


def person_to_json(person: NaturalPerson) -> Mapping[str, Any]:
    """What is sealed into the row."""
    return {
        "name": person.name,
        "document_type": person.document.document_type.value,
        "number": person.document.number,
        "issuing_state": person.document.issuing_state,
        "birthday": person.birthday.isoformat() if person.birthday else None,
        "sex": person.sex.value if person.sex else None,
        "nationality": person.nationality,
    }


def person_from_json(value: Mapping[str, Any]) -> NaturalPerson:
    """The inverse; the row was written by us and is authenticated, so nothing is checked again."""
    return NaturalPerson(
        name=value["name"],
        document=IdentityDocument(
            DocumentType(value["document_type"]), value["number"], value["issuing_state"]
        ),
        birthday=date.fromisoformat(value["birthday"]) if value["birthday"] else None,
        sex=Sex(value["sex"]) if value["sex"] else None,
        nationality=value["nationality"],
    )


def _nationality(document: IdentityDocument, said: str | None) -> str:
    foreign = document.document_type is DocumentType.FOREIGN_PERMANENT_RESIDENT
    if foreign and (said is None or said == "CHN"):
        raise PersonRefused("Say the nationality of a foreign permanent resident.", "请填写外国人的国籍。")
    nationality = said or document.issuing_state
    if not re.fullmatch(r"[A-Z]{3}", nationality, re.ASCII):
        raise PersonRefused(
            "The nationality must be three capital letters (ISO 3166-1).", "国籍应为三位大写字母代码。"
        )
    if not foreign and nationality != document.issuing_state:
        raise PersonRefused("Nationality and document do not fit.", "国籍与证件不符。")
    return nationality
