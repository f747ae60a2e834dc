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
from trust.persons.claims import CLAIMS
from trust.persons.consents import Consent
from trust.persons.directory import PersonView
from trust.persons.matters import built_in_matters
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
    offered: Sequence[AgentGrant]
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
    return Account(
        login=login,
        person=directory.person(durable, identity.cipher, person_id),
        sessions=list_sessions(short, login.person_id, now),
        consents=given,
        traces=looked,
        acting=directory.grants_for(durable, identity.cipher, person_id, now),
        offered=directory.offers_to(durable, identity.cipher, person_id, now),
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
        "acting": [_right(words, one) for one in account.acting],
        "offered": [_right(words, one) for one in account.offered],
    }


def _right(words: Words, one: AgentGrant) -> dict[str, str | None]:
    """A right to act: for whom, for what, until when."""
    known = built_in_matters()
    matters = [known[code] for code in one.matters if code in known]
    named = words("me.comma").join(words.pick(matter.name, matter.name_en) for matter in matters)
    return {
        "grant_id": one.grant_id,
        "name": one.name,
        "code": one.code,
        "matters": named if one.matters else words("me.every_matter"),
        "until": words.day(one.until.date()),
    }


def _titles(words: Words, names: Sequence[str]) -> str:
    known = [CLAIMS[name] for name in names if name in CLAIMS]
    return words("me.comma").join(words.pick(one.title, one.title_en) for one in known)
