"""The first tables: keys, the log, certificates, operators.

A migration is history: it spells its columns out and does not follow the models when they change.
"""

import sqlalchemy as sa
from alembic import op

from api.migrations.columns import big, moment, octets, text, uuid, whole

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _keys()
    _ca()
    _api()


def downgrade() -> None:
    """First tables are not taken away: restore a backup instead."""
    raise NotImplementedError


def _keys() -> None:
    op.create_table(
        "field_key",
        uuid("id"),
        text("purpose", 32),
        whole("version"),
        octets("wrapped"),
        moment("created_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("purpose"),
    )
    op.create_table(
        "log_checkpoint",
        text("origin", 255),
        big("size"),
        octets("root"),
        text("note"),
        moment("signed_at"),
        sa.PrimaryKeyConstraint("origin", "size"),
    )
    op.create_table(
        "log_head",
        text("origin", 255),
        big("size"),
        octets("root"),
        moment("signed_at"),
        sa.PrimaryKeyConstraint("origin"),
    )
    op.create_table(
        "log_leaf",
        text("origin", 255),
        big("idx"),
        octets("entry"),
        sa.PrimaryKeyConstraint("origin", "idx"),
    )
    op.create_table(
        "log_node",
        text("origin", 255),
        whole("level"),
        big("idx"),
        octets("hash"),
        sa.PrimaryKeyConstraint("origin", "level", "idx"),
    )
    op.create_table(
        "signing_intent",
        uuid("id"),
        text("kind", 64),
        text("state", 16),
        octets("record_digest"),
        octets("salt"),
        text("kids"),
        text("requested_by", 255),
        text("reason"),
        moment("declared_at"),
        moment("finished_at", null=True),
        text("log_origin", 255),
        big("log_index"),
        big("log_size"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_signing_intent_log", "signing_intent", ["log_origin", "log_index"])
    op.create_index("ix_signing_intent_state", "signing_intent", ["state"])
    op.create_table(
        "signing_key",
        uuid("id"),
        text("kid", 64),
        text("label", 128),
        text("active_label", 128, null=True),
        text("algorithm", 16),
        text("uses", 255),
        text("state", 16),
        whole("version"),
        octets("public_key"),
        octets("wrapped", null=True),
        moment("created_at"),
        moment("changed_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("active_label"),
        sa.UniqueConstraint("kid"),
    )
    op.create_index("ix_signing_key_label", "signing_key", ["label"])
    op.create_table(
        "spent_nonce",
        octets("nonce"),
        text("operation", 64),
        moment("spent_at"),
        moment("expires_at"),
        sa.PrimaryKeyConstraint("nonce"),
    )
    op.create_index("ix_spent_nonce_expires_at", "spent_nonce", ["expires_at"])


def _ca() -> None:
    op.create_table(
        "certificate",
        text("serial", 40),
        text("issuer_key_id", 64),
        text("profile", 32),
        text("state", 16),
        text("subject"),
        moment("not_before"),
        moment("not_after"),
        text("requested_by", 255),
        moment("prepared_at"),
        octets("to_be_signed", null=True),
        octets("der", null=True),
        moment("revoked_at", null=True),
        text("revocation_reason", 32, null=True),
        text("on_crl", 64, null=True),
        sa.PrimaryKeyConstraint("serial"),
    )
    op.create_index("ix_certificate_issuer_key_id", "certificate", ["issuer_key_id"])
    op.create_index("ix_certificate_on_crl", "certificate", ["on_crl"])
    op.create_table(
        "crl",
        text("fingerprint", 64),
        text("issuer_key_id", 64),
        big("number"),
        moment("this_update"),
        moment("next_update"),
        octets("der"),
        sa.PrimaryKeyConstraint("fingerprint"),
        sa.UniqueConstraint("issuer_key_id", "number"),
    )
    op.create_index("ix_crl_next_update", "crl", ["next_update"])


def _api() -> None:
    op.create_table(
        "node_certificate",
        text("role", 32),
        octets("certificate"),
        text("kid", 64, null=True),
        moment("since"),
        sa.PrimaryKeyConstraint("role"),
    )
    op.create_table(
        "operator",
        text("code", 64),
        text("name", 120),
        octets("public_key"),
        text("state", 16),
        moment("added_at"),
        moment("retired_at", null=True),
        sa.PrimaryKeyConstraint("code"),
        sa.UniqueConstraint("public_key"),
    )
