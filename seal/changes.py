"""Changes of a seal's state 备案、启用、停用、注销, each with what verifiers elsewhere see of it.

A seal's state is known only here; its certificate is known everywhere. So: suspended (停用) is
certificateHold on the CRL, resumed takes it off, cancelled (注销) is revoked with cessationOfOperation.
The caller publishes a CRL afterwards. Does not check who may ask.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from ca.errors import CertificateStateConflict
from ca.revoke import Reason, hold, release, revoke
from seal import store
from seal.errors import SealStateConflict
from seal.lifecycle import Operation, SealState
from seal.models import SealRow

_BY_OPERATORS = frozenset(
    {Operation.FILE, Operation.ACTIVATE, Operation.SUSPEND, Operation.RESUME, Operation.CANCEL}
)


def change_state(
    session: Session,
    which: UUID | str,
    operation: Operation,
    *,
    requested_by: str,
    reason: str,
    now: datetime,
) -> SealState:
    """Move a seal (by id or number) and its certificate, both or neither. Answers the new state.

    Raises SealNotFound, SealStateConflict.
    """
    if operation not in _BY_OPERATORS:
        raise SealStateConflict("Seals are made from approved requests.", "印章须由已批准的申请制作。")
    row = store.read_seal(session, which)
    state = store.change_seal(session, row, operation, requested_by=requested_by, reason=reason, now=now)
    _move_certificate(session, row, operation, now)
    return state


def _move_certificate(session: Session, row: SealRow, operation: Operation, now: datetime) -> None:
    if row.certificate_serial is None:
        return
    serial = int(row.certificate_serial, 16)
    if operation is Operation.SUSPEND:
        hold(session, serial, now)
    elif operation is Operation.RESUME:
        release(session, serial)
    elif operation is Operation.CANCEL:
        try:
            revoke(session, serial, Reason.CESSATION_OF_OPERATION, now)
        except CertificateStateConflict:
            # Revoked already, for a graver reason (a stolen key): that one stays.
            return
