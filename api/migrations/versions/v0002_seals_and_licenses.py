"""The first tables, continued: seals and licenses.

A migration is history: it spells its columns out and does not follow the models when they change.
"""

import sqlalchemy as sa
from alembic import op

from api.migrations.columns import day, moment, octets, text, truth, uuid, whole

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _seal()
    _licenses()


def downgrade() -> None:
    """First tables are not taken away: restore a backup instead."""
    raise NotImplementedError


def _seal() -> None:
    op.create_table(
        "seal_request",
        uuid("id"),
        text("state", 16),
        text("owner_code", 18),
        text("name", 64),
        text("rank", 64),
        text("diameter_mm", 8),
        text("emblem", 16),
        text("line", 32),
        truth("demonstration"),
        octets("artwork", null=True),
        uuid("replaces_id", null=True),
        text("reason"),
        text("requested_by", 255),
        octets("requester_key"),
        moment("requested_at"),
        octets("approval_request"),
        text("approved_by", 255, null=True),
        octets("approval_signature", null=True),
        moment("approved_at", null=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_seal_request_owner_code", "seal_request", ["owner_code"])
    op.create_index("ix_seal_request_state", "seal_request", ["state"])
    op.create_table(
        "seal",
        uuid("id"),
        text("number", 32),
        uuid("request_id"),
        text("state", 16),
        text("owner_code", 18),
        text("name", 64),
        text("kid", 64),
        octets("certificate"),
        text("certificate_serial", 40, null=True),
        octets("record", null=True),
        octets("artwork"),
        text("diameter_mm", 8),
        truth("demonstration"),
        moment("valid_from"),
        moment("valid_until"),
        moment("created_at"),
        moment("changed_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["request_id"], ["seal_request.id"]),
        sa.UniqueConstraint("certificate_serial"),
        sa.UniqueConstraint("number"),
    )
    op.create_index("ix_seal_owner_code", "seal", ["owner_code"])
    op.create_index("ix_seal_request_id", "seal", ["request_id"])
    op.create_index("ix_seal_state", "seal", ["state"])
    op.create_table(
        "seal_change",
        uuid("id"),
        uuid("seal_id"),
        text("operation", 16),
        text("before", 16),
        text("after", 16),
        text("requested_by", 255),
        text("reason"),
        moment("changed_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["seal_id"], ["seal.id"]),
    )
    op.create_index("ix_seal_change_seal_id", "seal_change", ["seal_id"])
    op.create_table(
        "seal_use",
        uuid("id"),
        uuid("seal_id"),
        text("state", 16),
        octets("document_digest"),
        whole("pages"),
        text("purpose"),
        text("used_by", 255),
        text("on_behalf_of", 255),
        whole("log_index", null=True),
        octets("result_digest", null=True),
        moment("declared_at"),
        moment("done_at", null=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["seal_id"], ["seal.id"]),
    )
    op.create_index("ix_seal_use_document_digest", "seal_use", ["document_digest"])
    op.create_index("ix_seal_use_seal_id", "seal_use", ["seal_id"])


def _licenses() -> None:
    op.create_table(
        "department",
        text("credit_code", 18),
        text("name"),
        text("region", 6),
        text("issuer_kid", 64),
        octets("issuer_chain"),
        uuid("seal_id", null=True),
        moment("created_at"),
        sa.PrimaryKeyConstraint("credit_code"),
    )
    op.create_table(
        "status_list",
        uuid("id"),
        whole("size"),
        whole("taken"),
        moment("opened_at"),
        text("token", null=True),
        moment("published_at", null=True),
        moment("expires_at", null=True),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("taken * 2 <= size", name="status_list_half_full"),
    )
    op.create_table(
        "trust_list",
        whole("version"),
        text("token"),
        moment("published_at"),
        moment("expires_at"),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_table(
        "accreditation",
        uuid("id"),
        text("credit_code", 18),
        text("license_type"),
        text("region", 6),
        moment("valid_from"),
        moment("valid_until"),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["credit_code"], ["department.credit_code"]),
    )
    op.create_index("ix_accreditation_credit_code", "accreditation", ["credit_code"])
    op.create_table(
        "license",
        uuid("id"),
        text("identifier"),
        text("serial"),
        whole("version"),
        text("license_type"),
        text("issuer_code", 18),
        octets("holder_index"),
        octets("record_sealed"),
        octets("payload_sealed"),
        day("valid_from"),
        day("valid_until", null=True),
        text("state", 2),
        uuid("status_list_id"),
        whole("status_index"),
        octets("secret_digest", null=True),
        text("idempotency_key", null=True),
        octets("request_digest"),
        uuid("supersedes_id", null=True),
        text("succession", 2, null=True),
        text("requested_by"),
        text("reason"),
        uuid("intent_id", null=True),
        octets("credential_sealed", null=True),
        octets("document_sealed", null=True),
        moment("created_at"),
        moment("issued_at", null=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["issuer_code"], ["department.credit_code"]),
        sa.ForeignKeyConstraint(["status_list_id"], ["status_list.id"]),
        sa.ForeignKeyConstraint(["supersedes_id"], ["license.id"]),
        sa.UniqueConstraint("identifier"),
        sa.UniqueConstraint("secret_digest"),
        sa.UniqueConstraint("supersedes_id"),
        sa.UniqueConstraint("issuer_code", "idempotency_key", name="license_idempotency"),
        sa.UniqueConstraint("status_list_id", "status_index", name="license_status_slot"),
    )
    op.create_index("ix_license_holder_index", "license", ["holder_index"])
    op.create_index("ix_license_issuer_code", "license", ["issuer_code"])
    op.create_index("ix_license_license_type", "license", ["license_type"])
    op.create_table(
        "license_change",
        uuid("id"),
        uuid("license_id"),
        text("operation", 2),
        text("ground", null=True),
        text("before", 2),
        text("after", 2),
        octets("note_sealed"),
        text("requested_by"),
        moment("requested_at"),
        uuid("intent_id", null=True),
        moment("done_at", null=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["license_id"], ["license.id"]),
    )
    op.create_index("ix_license_change_done_at", "license_change", ["done_at"])
    op.create_index("ix_license_change_license_id", "license_change", ["license_id"])
