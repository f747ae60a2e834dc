"""Which authenticators a person has, and when they may be changed (ASVS 5.0 §6.4, §7.5.1).

Adding, replacing or removing a way to log in needs a proof of the last ten minutes that is as strong as what
the account has, so that a stolen password or an unattended browser does not become a passkey. A recovery code
stands in for what was lost.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from trust.authn.accounts import has_password
from trust.authn.certificate_login import certificates_of
from trust.authn.errors import StrongerLoginNeeded
from trust.authn.factors import AcrLevel, Factor, worth
from trust.authn.passkey_store import credential_ids
from trust.authn.recovery import recovery_codes_left
from trust.authn.sessions import LoginSession
from trust.authn.totp import has_totp

FRESH = timedelta(minutes=10)


def enrolled_factors(session: Session, person_id: str, now: datetime) -> frozenset[Factor]:
    """What the person can log in with now."""
    found = {
        Factor.PASSWORD: has_password(session, person_id),
        Factor.TOTP: has_totp(session, person_id),
        Factor.RECOVERY_CODE: recovery_codes_left(session, person_id) > 0,
        Factor.PASSKEY: bool(credential_ids(session, person_id)),
        Factor.CERTIFICATE: bool(certificates_of(session, person_id, now)),
    }
    return frozenset(factor for factor, there in found.items() if there)


def require_fresh_login(login: LoginSession, enrolled: frozenset[Factor], now: datetime) -> None:
    """Before a change of authenticators. Raises: StrongerLoginNeeded (send the person through a step-up)."""
    if not login.fresh(now, FRESH):
        raise StrongerLoginNeeded()
    if Factor.RECOVERY_CODE in login.factors:
        return
    # A certificate is for signing and L4; a passkey is strong enough to look after the account.
    best = min(worth(enrolled) or AcrLevel.L1, AcrLevel.L3)
    if (worth(login.factors) or AcrLevel.L1) < best:
        raise StrongerLoginNeeded()


def wanted_for_change(enrolled: frozenset[Factor]) -> AcrLevel:
    """The level a step-up must ask for so that `require_fresh_login` is met afterwards."""
    return min(worth(enrolled) or AcrLevel.L1, AcrLevel.L3)
