"""What identity needs from time to time: expired rows deleted in small batches, logout messages sent."""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from api.identity import Identity
from api.safe_fetch import post_form
from keys.errors import XinzhengError
from trust.authn import janitor as authn_janitor
from trust.oidc import janitor as oidc_janitor
from trust.oidc.backchannel import LogoutMessage, delivered, failed, logout_token, take_due

log = logging.getLogger("xinzheng.tidying")
MOST_BATCHES = 200
"""In one round; what is left waits for the next minute."""
GOOD = (200, 204)
Sweep = Callable[[Session, datetime], int]
SWEEPS: tuple[tuple[Sweep, int], ...] = (
    (oidc_janitor.sweep, oidc_janitor.BATCH),
    (authn_janitor.sweep, authn_janitor.BATCH),
)


def tidy(identity: Identity) -> int:
    """One round of sweeping; how many batches were run."""
    now, batches = identity.clock(), 0
    for sweep, size in SWEEPS:
        for _ in range(MOST_BATCHES):
            batches += 1
            if identity.state.wait(partial(_swept, sweep, now)) < size:
                break
    return batches


def _swept(sweep: Sweep, now: datetime, _durable: Session, short: Session) -> int:
    return sweep(short, now)


def send_logouts(identity: Identity) -> int:
    """Send the logout messages that are due; how many were delivered. A failure comes again later."""
    now = identity.clock()
    due = identity.state.wait(lambda _durable, short: take_due(short, now))
    return sum(_send(identity, message) for message in due)


def _send(identity: Identity, message: LogoutMessage) -> bool:
    provider, now = identity.provider, identity.clock()
    client = identity.state.wait(
        lambda durable, _short: provider.clients.find(durable, message.client_id, now)
    )
    good = False
    if client is not None:
        try:
            token = logout_token(provider, client, message, now)
            status = post_form(message.uri, {"logout_token": token}, local_names=provider.local_names)
            good = status in GOOD
        except XinzhengError as error:
            log.warning("a logout message was not delivered: %s", error.log_only or error.code)
    identity.state.wait(
        lambda _durable, short: delivered(short, message) if good else failed(short, message, now)
    )
    return good
