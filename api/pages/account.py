"""What `/me` shows: where the person is logged in, who was given what, who looked, for whom they act."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.i18n import Words
from api.identity import Identity
from trust.authn.session_store import current_session, list_sessions
from trust.authn.sessions import LoginSession
from trust.oidc.people import AgentGrant
from trust.persons import consents, directory, traces
from trust.persons.agency import Grant, GrantState
from trust.persons.claims import CLAIMS
from trust.persons.consents import Consent
from trust.persons.directory import PersonView
from trust.persons.store import agency
from trust.persons.traces import Trace


@dataclass(frozen=True, slots=True)
class Account:
    """Everything of one person, read in one go."""

    login: LoginSession
    person: PersonView
    sessions: tuple[LoginSession, ...]
    consents: Sequence[Consent]
    traces: Sequence[Trace]
    acting: Sequence[AgentGrant]
    offered: Sequence[Grant]
    """Rights to act that wait for this person's word."""
    clients: Mapping[str, str]
    """Names of the applications by client_id."""


def read_account(
    identity: Identity, durable: Session, short: Session, cookie: str | None, now: datetime
) -> Account | None:
    """None when nobody is logged in."""
    login = current_session(short, cookie, now)
    if login is None:
        return None
    person_id = UUID(login.person_id)
    given = [one for one in consents.history(durable, person_id) if one.withdrawn_at is None]
    looked = traces.who_looked(durable, person_id)
    named = {one.client_id for one in given} | {one.actor.code for one in looked}
    found = {name: identity.provider.clients.find(durable, name, now) for name in named}
    held = agency.of_delegate(durable, person_id)
    return Account(
        login=login,
        person=directory.person(durable, identity.cipher, person_id),
        sessions=list_sessions(short, login.person_id, now),
        consents=given,
        traces=looked,
        acting=directory.grants_for(durable, identity.cipher, person_id, now),
        offered=[one for one in held if one.state is GrantState.NAMED and one.valid_until > now],
        clients={name: client.name for name, client in found.items() if client is not None},
    )


def account_context(account: Account, words: Words) -> dict[str, Any]:
    """The values of `me.html`."""
    return {
        "person": account.person,
        "level": account.login.acr.rpartition(":")[2],
        "sessions": [
            {
                "sid": one.sid,
                "label": one.label,
                "since": words.moment(one.started_at),
                "here": one.sid == account.login.sid,
            }
            for one in account.sessions
        ],
        "consents": [
            {
                "client_id": one.client_id,
                "consent_id": str(one.id),
                "client": account.clients.get(one.client_id, one.client_id),
                "claims": _titles(words, one.claims),
                "at": words.moment(one.at),
            }
            for one in account.consents
        ],
        "traces": [
            {
                "act": words(f"me.act_{one.act.value}"),
                "who": account.clients.get(one.actor.code, words(f"me.actor_{one.actor.kind.value}")),
                "claims": _titles(words, one.claims),
                "at": words.moment(one.at),
            }
            for one in account.traces
        ],
        "acting": [
            {
                "grant_id": one.grant_id,
                "name": one.name,
                "code": one.code,
                "until": words.day(one.until.date()),
            }
            for one in account.acting
        ],
        "offered": [
            {"grant_id": str(one.id), "until": words.day(one.valid_until.date())} for one in account.offered
        ],
    }


def _titles(words: Words, names: Sequence[str]) -> str:
    known = [CLAIMS[name] for name in names if name in CLAIMS]
    return words("me.comma").join(words.pick(one.title, one.title_en) for one in known)
