"""Identity, continued: people, organisations, agents, proofs, consents, traces.

A migration is history: it spells its columns out and does not follow the models when they change.
"""

import sqlalchemy as sa
from alembic import op

from api.migrations.columns import moment, octets, text, truth, uuid, whole

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _persons()


def downgrade() -> None:
    """First tables are not taken away: restore a backup instead."""
    raise NotImplementedError


def _persons() -> None:
    op.create_table(
        "access_trace",
        uuid("id"),
        uuid("person_id"),
        text("act", 16),
        text("actor_kind", 16),
        text("actor", 128),
        text("claims"),
        text("purpose", 200),
        moment("at"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_access_trace_person_id", "access_trace", ["person_id"])
    op.create_table(
        "agency_principal",
        uuid("id"),
        text("kind", 16),
        whole("epoch"),
        whole("confirmed"),
        whole("most"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "consent",
        uuid("id"),
        uuid("person_id"),
        text("client_id", 128),
        text("claims"),
        truth("sensitive"),
        text("purpose", 200),
        text("text_version", 32),
        octets("text_digest"),
        text("channel", 32),
        moment("at"),
        moment("withdrawn_at", null=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_consent_person_id", "consent", ["person_id"])
    op.create_table(
        "correction",
        uuid("id"),
        uuid("person_id"),
        text("claim", 64),
        text("source", 64),
        text("state", 16),
        octets("statement_sealed"),
        moment("filed_at"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_correction_person_id", "correction", ["person_id"])
    op.create_index("ix_correction_state", "correction", ["state"])
    op.create_table(
        "person",
        uuid("id"),
        whole("version"),
        text("state", 16),
        octets("identity_sealed", null=True),
        octets("contact_sealed", null=True),
        moment("created_at"),
        moment("changed_at"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "proof",
        uuid("id"),
        uuid("subject_id"),
        text("subject_kind", 16),
        whole("level"),
        text("method", 32),
        text("source", 64),
        text("evidence", 128),
        text("proven_by", 64),
        text("confirmed_by", 64, null=True),
        text("state", 16),
        moment("at"),
        moment("expires_at"),
        moment("closed_at", null=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("method", "evidence", name="proof_evidence_once"),
    )
    op.create_index("ix_proof_subject_id", "proof", ["subject_id"])
    op.create_table(
        "agency_grant",
        uuid("id"),
        uuid("principal_id"),
        text("kind", 16),
        whole("epoch"),
        uuid("parent_id", null=True),
        whole("depth"),
        uuid("named_by"),
        uuid("delegate_id"),
        text("matters"),
        truth("may_subdelegate"),
        text("state", 16),
        moment("valid_from"),
        moment("valid_until"),
        moment("named_at"),
        moment("confirmed_at", null=True),
        moment("ended_at", null=True),
        text("ended_by", 64, null=True),
        text("end_reason", 32, null=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["delegate_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["named_by"], ["person.id"]),
        sa.ForeignKeyConstraint(["parent_id"], ["agency_grant.id"]),
        sa.ForeignKeyConstraint(["principal_id"], ["agency_principal.id"]),
    )
    op.create_index("ix_agency_grant_delegate_id", "agency_grant", ["delegate_id"])
    op.create_index("ix_agency_grant_parent_id", "agency_grant", ["parent_id"])
    op.create_index("ix_agency_grant_principal_id", "agency_grant", ["principal_id"])
    op.create_index("ix_agency_grant_state", "agency_grant", ["state"])
    op.create_table(
        "correction_event",
        uuid("id"),
        uuid("correction_id"),
        text("state", 16),
        text("actor", 128),
        text("reference", 128, null=True),
        moment("at"),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["correction_id"], ["correction.id"]),
    )
    op.create_index("ix_correction_event_correction_id", "correction_event", ["correction_id"])
    op.create_table(
        "organization",
        uuid("id"),
        text("credit_code", 18),
        text("name", 120),
        text("state", 16),
        uuid("representative_id", null=True),
        moment("created_at"),
        moment("changed_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("credit_code"),
        sa.ForeignKeyConstraint(["representative_id"], ["person.id"]),
    )
    op.create_index("ix_organization_representative_id", "organization", ["representative_id"])
    op.create_table(
        "person_document",
        uuid("id"),
        uuid("person_id"),
        octets("number_index"),
        moment("added_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number_index"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
    )
    op.create_index("ix_person_document_person_id", "person_document", ["person_id"])
    op.create_table(
        "person_key",
        uuid("person_id"),
        octets("wrapped"),
        sa.PrimaryKeyConstraint("person_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
    )
