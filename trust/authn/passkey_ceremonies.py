"""The two passkey ceremonies (登记、登录) from beginning to end, over both stores. Nothing here commits.

A challenge belongs to one browser (`binding`) and, when the person is known beforehand, to that person.
Commit `short` after `finish_…` whatever came of it: the challenge is used up.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from keys.errors import InputTooLarge, MalformedInput
from trust.authn.accounts import user_handle
from trust.authn.challenges import ChallengePurpose, new_challenge, use_challenge
from trust.authn.errors import AuthenticatorMissing, AuthenticatorRefused
from trust.authn.passkey_answers import read_answer
from trust.authn.passkey_store import Recorded, credential_ids, find_passkey, insert_passkey, record_use
from trust.authn.passkeys import (
    RelyingParty,
    authentication_options,
    registration_options,
    verify_registration,
    verify_use,
)


@dataclass(frozen=True, slots=True)
class PasskeyLogin:
    """What came of an answer. `person_id` only when it was good; both stores are committed in any case."""

    person_id: str | None
    passkey_id: UUID | None = None
    suspected: bool = False


def begin_registration(
    session: Session,
    short: Session,
    rp: RelyingParty,
    *,
    person_id: str,
    user_name: str,
    binding: str,
    now: datetime,
) -> dict[str, Any]:
    """Options for `navigator.credentials.create`. Raises: AuthenticatorMissing without an account."""
    handle = user_handle(session, person_id)
    if handle is None:
        raise AuthenticatorMissing("The person has no account.", "该人员没有账号。")
    challenge = new_challenge(
        short, ChallengePurpose.REGISTER_PASSKEY, binding=binding, now=now, person_id=person_id
    )
    return registration_options(
        rp,
        user_handle=handle,
        user_name=user_name,
        challenge=challenge,
        existing=credential_ids(session, person_id),
    )


def finish_registration(
    session: Session,
    short: Session,
    rp: RelyingParty,
    text: bytes | str,
    *,
    person_id: str,
    label: str,
    binding: str,
    now: datetime,
) -> UUID:
    """Store a passkey whose answer holds. A challenge made for another person does not count.

    Raises: MalformedInput, InputTooLarge, AuthenticatorRefused, AuthenticatorConflict. The challenge is used
    up in any case: commit `short` also then.
    """
    answer = read_answer(text)
    used = use_challenge(short, ChallengePurpose.REGISTER_PASSKEY, answer.challenge, binding=binding, now=now)
    if used is None or used.person_id != person_id:
        raise AuthenticatorRefused()
    return insert_passkey(session, person_id, verify_registration(rp, answer, used), label, now)


def begin_login(
    session: Session,
    short: Session,
    rp: RelyingParty,
    *,
    binding: str,
    now: datetime,
    person_id: str | None = None,
) -> dict[str, Any]:
    """Options for `navigator.credentials.get`; with `person_id` (step-up) only that person's passkeys."""
    challenge = new_challenge(
        short, ChallengePurpose.USE_PASSKEY, binding=binding, now=now, person_id=person_id
    )
    allowed = credential_ids(session, person_id) if person_id is not None else ()
    return authentication_options(rp, challenge=challenge, allowed=allowed)


def finish_login(
    session: Session, short: Session, rp: RelyingParty, text: bytes | str, *, binding: str, now: datetime
) -> PasskeyLogin:
    """Judge an answer; never raises for a bad one. Commit both sessions whatever comes of it."""
    try:
        answer = read_answer(text)
    except (MalformedInput, InputTooLarge):
        return PasskeyLogin(None)
    used = use_challenge(short, ChallengePurpose.USE_PASSKEY, answer.challenge, binding=binding, now=now)
    if used is None:
        return PasskeyLogin(None)
    found = find_passkey(session, answer.credential_id)
    if found is None or answer.user_handle not in (found.user_handle, None):
        return PasskeyLogin(None)
    if used.person_id is None and answer.user_handle is None:
        return PasskeyLogin(None)  # without a name before, the authenticator must say whom it stands for
    if used.person_id not in (found.person_id, None):
        return PasskeyLogin(None)
    use = verify_use(rp, answer, used, found.public_key)
    if use is None:
        return PasskeyLogin(None)
    recorded = record_use(session, found.passkey_id, use, now)
    if recorded is not Recorded.GOOD:
        return PasskeyLogin(None, found.passkey_id, recorded is Recorded.SUSPECTED)
    return PasskeyLogin(found.person_id, found.passkey_id)
