"""The facade: claims that were asked for and no others, verified ones with their proof, and who looked."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from keys.codes.citizen import make_citizen_number
from keys.fields import FieldCipher
from trust.oidc.people import Consents, People, Subject, VerifiedRequest
from trust.persons import accounts, directory, traces
from trust.persons.claims import CLAIMS, TRUST_FRAMEWORK
from trust.persons.consents import ConsentLedger
from trust.persons.directory import Directory
from trust.persons.documents import parse_document
from trust.persons.errors import PersonNotFound
from trust.persons.levels import record_proof
from trust.persons.person import NaturalPerson, make_person, parse_contact
from trust.persons.traces import Act, Actor, ActorKind

CLERK = Actor(ActorKind.CLERK, "clerk-7")


@pytest.fixture
def zhang_id(session: Session, cipher: FieldCipher, zhang: NaturalPerson, now: datetime) -> UUID:
    return accounts.open_account(session, cipher, zhang, now, parse_contact("13812345678"))


@pytest.fixture
def subject(session: Session, cipher: FieldCipher, zhang_id: UUID, now: datetime) -> Subject:
    found = Directory(cipher).subject(session, str(zhang_id), now)
    assert found is not None
    return found


def test_the_facade_is_what_the_provider_asks_for(
    cipher: FieldCipher, subject: Subject, zhang_id: UUID
) -> None:
    people: People = Directory(cipher)
    consents: Consents = ConsentLedger()
    assert people is not consents
    assert subject.person_id == str(zhang_id)


def test_only_claims_that_were_asked_for_are_released(subject: Subject, zhang: NaturalPerson) -> None:
    assert subject.claims({"name", "birthdate", "shoe_size", "email"}) == {
        "name": zhang.name,
        "birthdate": "1990-03-07",
    }
    assert subject.claims(()) == {}


def test_every_claim_has_a_value_or_is_left_out(subject: Subject, zhang: NaturalPerson) -> None:
    released = subject.claims(CLAIMS)
    assert set(CLAIMS) - set(released) == {"email", "email_verified"}
    assert released["phone_number_verified"] is False
    assert released["identity_document_number"] == zhang.document.number
    assert zhang.document.number[3:-4] not in released["identity_document_masked"]
    assert released["nationalities"] == ["CHN"]


def test_self_declared_particulars_are_never_verified(subject: Subject) -> None:
    assert subject.verified_claims(VerifiedRequest(None, ("name",))) == []


def test_verified_claims_name_framework_level_time_and_evidence_strongest_first(
    session: Session,
    cipher: FieldCipher,
    zhang: NaturalPerson,
    zhang_id: UUID,
    subject: Subject,
    now: datetime,
) -> None:
    for method, source in (("register", "population"), ("counter", "hz-xihu-03"), ("certificate", "node-ca")):
        record_proof(session, zhang_id, method=method, source=source, evidence=f"e-{method}", now=now)
    found = subject.verified_claims(VerifiedRequest(TRUST_FRAMEWORK, ("name", "phone_number")))
    assert [each["verification"]["assurance_level"][-2:] for each in found] == ["L4", "L4", "L2"]
    assert all(each["claims"] == {"name": zhang.name} for each in found)
    by_type = {each["verification"]["evidence"][0]["type"]: each["verification"] for each in found}
    assert set(by_type) == {"electronic_record", "document", "electronic_signature"}
    assert by_type["electronic_record"]["time"] == "2026-11-22T01:41:00Z"
    assert by_type["electronic_record"]["evidence"][0]["record"] == {"type": "population"}
    assert by_type["document"]["evidence"][0]["document_details"] == {"type": "citizen_number"}
    assert by_type["electronic_signature"]["evidence"][0]["serial_number"] == "e-certificate"
    assert zhang.document.number not in repr(found)


def test_another_framework_and_unproven_claims_get_nothing(
    session: Session, zhang_id: UUID, subject: Subject, now: datetime
) -> None:
    record_proof(session, zhang_id, method="register", source="population", evidence="e", now=now)
    assert subject.verified_claims(VerifiedRequest("eidas", ("name",))) == []
    assert subject.verified_claims(VerifiedRequest(None, ("phone_number",))) == []
    assert subject.verified_claims(VerifiedRequest(None, ())) == []


def test_verified_claims_end_with_their_proof(
    session: Session, cipher: FieldCipher, zhang_id: UUID, now: datetime
) -> None:
    proof = record_proof(session, zhang_id, method="register", source="population", evidence="e", now=now)
    known = Directory(cipher)
    later = known.subject(session, str(zhang_id), proof.expires_at)
    assert later is not None
    assert later.verified_claims(VerifiedRequest(None, ("name",))) == []
    assert known.acr(session, str(zhang_id), now) == "urn:xinzheng:acr:L2"
    assert known.acr(session, str(uuid4()), now) is None


@pytest.mark.parametrize("unknown", ["", "not a uuid", "0192f0c1-0000-7000-8000-000000000000", "' OR 1=1"])
def test_an_unknown_person_is_nobody(
    session: Session, cipher: FieldCipher, now: datetime, unknown: str
) -> None:
    assert Directory(cipher).subject(session, unknown, now) is None


def test_looking_in_clear_leaves_a_trace_that_the_person_reads(
    session: Session, cipher: FieldCipher, zhang: NaturalPerson, zhang_id: UUID, now: datetime
) -> None:
    assert directory.reveal(session, cipher, zhang_id, actor=CLERK, purpose="counter 3", now=now) == zhang
    [seen] = traces.who_looked(session, zhang_id)
    assert (seen.act, seen.actor, seen.purpose, seen.at) == (Act.VIEW, CLERK, "counter 3", now)
    assert "identity_document_number" in seen.claims
    assert traces.whose_data(session, CLERK, now, now + timedelta(seconds=1)) == [zhang_id]
    assert traces.whose_data(session, CLERK, now - timedelta(days=1), now) == []
    with pytest.raises(PersonNotFound):
        directory.reveal(session, cipher, uuid4(), actor=CLERK, purpose="counter 3", now=now)


def test_traces_are_read_page_by_page_newest_first(session: Session, now: datetime) -> None:
    person_id = uuid4()
    for turn in range(7):
        moment = now + timedelta(seconds=turn)
        actor = Actor(ActorKind.CLIENT, "c-1")
        traces.record(session, person_id, act=Act.LOGIN, actor=actor, purpose=str(turn), now=moment)
    first = traces.who_looked(session, person_id, limit=4)
    rest = traces.who_looked(session, person_id, before=first[-1].id, limit=4)
    assert [seen.purpose for seen in [*first, *rest]] == ["6", "5", "4", "3", "2", "1", "0"]
    assert traces.who_looked(session, uuid4()) == []


def test_claims_of_a_passport_holder_say_what_is_known(
    session: Session, cipher: FieldCipher, now: datetime
) -> None:
    passport = parse_document("passport", "C01X0006H", issuing_state="DEU")
    erika = accounts.open_account(session, cipher, make_person("Erika Mustermann", passport), now)
    released = directory.claims_for(session, cipher, erika, {"gender", "birthdate", "nationalities", "name"})
    assert released == {"name": "Erika Mustermann", "nationalities": ["DEU"]}


def test_the_read_model_of_a_residence_permit_names_its_type(
    session: Session, cipher: FieldCipher, now: datetime
) -> None:
    permit = parse_document("hk_residence", make_citizen_number("810000", date(1990, 1, 1), 3))
    person_id = accounts.open_account(session, cipher, make_person("陈大文", permit), now)
    assert directory.person(session, cipher, person_id).document_type == "hk_residence"
