"""Approvals for use, time-stamps of uses, mandates.

A migration is history: it spells its columns out and does not follow the models when they change.
"""

import sqlalchemy as sa
from alembic import op

from api.migrations.columns import moment, octets, text, uuid, whole

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New columns first; seals requested before are used without approval, as they were."""
    op.add_column(
        "seal_request", sa.Column("needs_approval", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    for column in (
        text("approved_by", 255, null=True),
        octets("approval", null=True),
        octets("timestamp", null=True),
    ):
        op.add_column("seal_use", column)
    _mandates()


def downgrade() -> None:
    """Approvals are not taken away: restore a backup instead."""
    raise NotImplementedError


def _mandates() -> None:
    op.create_table(
        "seal_mandate",
        uuid("id"),
        text("seal_number", 32),
        octets("terms"),
        octets("approval_request"),
        octets("requester_key"),
        text("approved_by", 255, null=True),
        octets("approval_signature", null=True),
        moment("approved_at", null=True),
        text("revoked_by", 255, null=True),
        moment("revoked_at", null=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_seal_mandate_seal_number", "seal_mandate", ["seal_number"])
    op.create_table(
        "seal_mandate_hour",
        uuid("mandate_id"),
        moment("hour"),
        whole("used"),
        sa.PrimaryKeyConstraint("mandate_id", "hour"),
        sa.ForeignKeyConstraint(["mandate_id"], ["seal_mandate.id"]),
    )
    op.create_table(
        "seal_mandated_use",
        octets("record_digest"),
        uuid("mandate_id"),
        text("purpose"),
        text("used_by", 255),
        moment("declared_at"),
        whole("log_index", null=True),
        octets("result_digest", null=True),
        moment("done_at", null=True),
        sa.PrimaryKeyConstraint("record_digest"),
        sa.ForeignKeyConstraint(["mandate_id"], ["seal_mandate.id"]),
    )
    op.create_index("ix_seal_mandated_use_mandate_id", "seal_mandated_use", ["mandate_id"])
    op.create_index("ix_seal_mandated_use_result_digest", "seal_mandated_use", ["result_digest"])
