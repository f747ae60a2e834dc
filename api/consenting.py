"""Writing down what a person agreed to on a page (同意)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from trust.persons import consents
from trust.persons.consents import ConsentText

TEXT_VERSION = "1"
CHANNEL = "web"
PURPOSE = "登录并使用该应用的服务"


def record_consent(
    session: Session, person_id: UUID, client_id: str, names: Collection[str], *, text: str, now: datetime
) -> None:
    """One row, and one of its own for sensitive claims (单独同意, PIPL art. 29). The caller commits."""
    shown = ConsentText(TEXT_VERSION, text)
    for part in consents.separate(names):
        if part:
            consents.give(
                session, person_id, client_id, part, purpose=PURPOSE, shown=shown, channel=CHANNEL, now=now
            )
