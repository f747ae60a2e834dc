"""The consent ledger: separate for what is sensitive, never changed, withdrawn at once."""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from trust.persons import consents
from trust.persons.claims import CLAIMS, SENSITIVE
from trust.persons.consents import Consent, ConsentLedger, ConsentText
from trust.persons.errors import ConsentNotFound, ConsentRefused

TEXT = ConsentText("2026-11", "为办理居住证，向本应用提供以下信息。")
ME, CLIENT = uuid4(), "c-1"


def give(session: Session, names: set[str], now: datetime, client_id: str = CLIENT) -> Consent:
    return consents.give(session, ME, client_id, names, purpose="居住证", shown=TEXT, channel="web", now=now)


def test_a_consent_says_to_whom_for_what_why_in_which_words_when_and_where(
    session: Session, now: datetime
) -> None:
    given = give(session, {"name", "birthdate"}, now)
    assert consents.history(session, ME) == [given]
    assert (given.claims, given.purpose, given.channel, given.at) == (
        ("birthdate", "name"),
        "居住证",
        "web",
        now,
    )
    assert given.text_digest == hashlib.sha256(TEXT.text.encode()).digest()


def test_consent_covers_what_was_agreed_to_and_nothing_more(session: Session, now: datetime) -> None:
    give(session, {"name", "birthdate"}, now)
    give(session, {"phone_number"}, now)
    assert consents.covers(session, ME, CLIENT, {"name", "phone_number"})
    assert consents.covers(session, ME, CLIENT, set())
    assert consents.missing(session, ME, CLIENT, {"name", "email"}) == {"email"}
    assert not consents.covers(session, ME, "c-2", {"name"})
    assert not consents.covers(session, uuid4(), CLIENT, {"name"})


def test_what_is_sensitive_needs_a_consent_of_its_own(session: Session, now: datetime) -> None:
    assert "identity_document_number" in SENSITIVE
    with pytest.raises(ConsentRefused):
        give(session, {"name", "identity_document_number"}, now)
    assert consents.separate(CLAIMS)[1] == SENSITIVE
    give(session, {"name"}, now)
    assert not consents.covers(session, ME, CLIENT, {"identity_document_number"})
    assert give(session, {"identity_document_number"}, now).sensitive
    assert consents.covers(session, ME, CLIENT, {"name", "identity_document_number"})


def test_withdrawing_names_the_client_whose_tokens_die_and_covers_no_more(
    session: Session, now: datetime
) -> None:
    given = give(session, {"name"}, now)
    later = now + timedelta(days=1)
    withdrawn = consents.withdraw(session, given.id, ME, later)
    assert (withdrawn.person_id, withdrawn.client_id) == (ME, CLIENT)
    assert not consents.covers(session, ME, CLIENT, {"name"})
    assert [entry.withdrawn_at for entry in consents.history(session, ME)] == [later]
    with pytest.raises(ConsentNotFound):
        consents.withdraw(session, given.id, ME, later)


def test_nobody_withdraws_for_somebody_else(session: Session, now: datetime) -> None:
    given = give(session, {"name"}, now)
    with pytest.raises(ConsentNotFound):
        consents.withdraw(session, given.id, uuid4(), now)
    assert consents.covers(session, ME, CLIENT, {"name"})


def test_everything_a_client_was_given_is_taken_back_at_once(session: Session, now: datetime) -> None:
    give(session, {"name"}, now)
    give(session, {"email"}, now)
    give(session, {"name"}, now, "c-2")
    consents.withdraw_client(session, ME, CLIENT, now)
    assert not consents.covers(session, ME, CLIENT, {"email"})
    assert consents.covers(session, ME, "c-2", {"name"})
    with pytest.raises(ConsentNotFound):
        consents.withdraw_client(session, ME, CLIENT, now)


def test_consent_after_withdrawal_is_a_new_row(session: Session, now: datetime) -> None:
    given = give(session, {"name"}, now)
    consents.withdraw(session, given.id, ME, now)
    give(session, {"name"}, now + timedelta(seconds=1))
    assert [entry.withdrawn_at is None for entry in consents.history(session, ME)] == [True, False]


@pytest.mark.parametrize(
    "wrong",
    [
        {"names": set()},
        {"names": {"two words"}},
        {"names": {""}},
        {"purpose": " "},
        {"purpose": "x" * 201},
        {"channel": "rumour"},
        {"shown": ConsentText("1", " ")},
        {"shown": ConsentText("", "words")},
        {"shown": ConsentText("v" * 33, "words")},
    ],
)
def test_a_consent_without_what_the_law_asks_for_is_not_recorded(
    session: Session, now: datetime, wrong: dict[str, object]
) -> None:
    usual: dict[str, object] = {"names": {"name"}, "purpose": "居住证", "shown": TEXT, "channel": "web"}
    with pytest.raises(ConsentRefused):
        consents.give(session, ME, CLIENT, now=now, **usual | wrong)  # type: ignore[arg-type]
    assert consents.history(session, ME) == []


def test_the_provider_asks_by_name_of_account(session: Session, now: datetime) -> None:
    give(session, {"name"}, now)
    assert ConsentLedger().covers(session, str(ME), CLIENT, ["name"])
    assert not ConsentLedger().covers(session, str(UUID(int=1)), CLIENT, ["name"])
