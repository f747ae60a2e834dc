"""Identity, continued: which register was asked why, and whether its channel works.

A migration is history: it spells its columns out and does not follow the models when they change.
"""

import sqlalchemy as sa
from alembic import op

from api.migrations.columns import moment, octets, text, uuid, whole

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "register_query",
        uuid("id"),
        text("channel", 64),
        octets("subject_index"),
        uuid("person_id", null=True),
        text("purpose", 200),
        text("asked_by", 128),
        text("fields"),
        text("outcome", 16),
        whole("attempts"),
        text("reference", 64, null=True),
        text("failure", 64, null=True),
        moment("asked_at"),
        moment("answered_at", null=True),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("subject_index", "person_id", "asked_at"):
        op.create_index(f"ix_register_query_{column}", "register_query", [column])
    op.create_table(
        "register_breaker",
        text("channel", 64),
        text("state", 16),
        whole("failures"),
        moment("until"),
        sa.PrimaryKeyConstraint("channel"),
    )


def downgrade() -> None:
    """Tables are not taken away: restore a backup instead."""
    raise NotImplementedError
