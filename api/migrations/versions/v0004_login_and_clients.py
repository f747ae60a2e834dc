"""Identity: accounts and authenticators, clients of the OpenID Provider.

A migration is history: it spells its columns out and does not follow the models when they change.
"""

import sqlalchemy as sa
from alembic import op

from api.migrations.columns import big, moment, octets, text, truth, uuid, whole

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _authn()
    _oidc()


def downgrade() -> None:
    """First tables are not taken away: restore a backup instead."""
    raise NotImplementedError


def _authn() -> None:
    op.create_table(
        "authn_account",
        text("person_id", 64),
        octets("user_handle"),
        moment("created_at"),
        sa.PrimaryKeyConstraint("person_id"),
        sa.UniqueConstraint("user_handle"),
    )
    op.create_table(
        "authn_certificate",
        uuid("id"),
        octets("fingerprint"),
        text("person_id", 64),
        text("organization", 18, null=True),
        text("state", 16),
        moment("not_after"),
        moment("created_at"),
        moment("used_at", null=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("fingerprint"),
    )
    op.create_index("ix_authn_certificate_person_id", "authn_certificate", ["person_id"])
    op.create_table(
        "authn_login_name",
        octets("name_index"),
        text("person_id", 64),
        moment("created_at"),
        sa.PrimaryKeyConstraint("name_index"),
    )
    op.create_index("ix_authn_login_name_person_id", "authn_login_name", ["person_id"])
    op.create_table(
        "authn_passkey",
        uuid("id"),
        octets("credential_id"),
        text("person_id", 64),
        octets("public_key"),
        big("sign_count"),
        text("state", 16),
        text("label", 64),
        truth("synced"),
        moment("created_at"),
        moment("used_at", null=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("credential_id"),
    )
    op.create_index("ix_authn_passkey_person_id", "authn_passkey", ["person_id"])
    op.create_table(
        "authn_password",
        text("person_id", 64),
        whole("version"),
        octets("sealed"),
        moment("changed_at"),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_table(
        "authn_recovery_code",
        octets("digest"),
        text("person_id", 64),
        moment("created_at"),
        moment("used_at", null=True),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_authn_recovery_code_person_id", "authn_recovery_code", ["person_id"])
    op.create_table(
        "authn_role_grant",
        uuid("id"),
        text("person_id", 64),
        text("role", 32),
        text("department", 18),
        text("granted_by", 64),
        moment("valid_from"),
        moment("valid_until"),
        octets("mac"),
        moment("ended_at", null=True),
        text("ended_by", 64, null=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_authn_role_grant_person_id", "authn_role_grant", ["person_id"])
    op.create_table(
        "authn_role_holder",
        text("person_id", 64),
        whole("version"),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_table(
        "authn_totp",
        uuid("id"),
        text("person_id", 64),
        text("active_person", 64, null=True),
        octets("sealed"),
        big("last_step"),
        moment("created_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("active_person"),
    )
    op.create_index("ix_authn_totp_person_id", "authn_totp", ["person_id"])


def _oidc() -> None:
    op.create_table(
        "oidc_client",
        uuid("id"),
        text("client_id", 128),
        whole("version"),
        text("state", 16),
        text("policy", 16),
        text("owner", 64),
        text("description"),
        text("secret_digests", 256),
        moment("created_at"),
        moment("changed_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("client_id"),
    )
    op.create_index("ix_oidc_client_owner", "oidc_client", ["owner"])
    op.create_table(
        "oidc_initial_access",
        uuid("id"),
        text("owner", 64),
        text("policy", 16),
        text("scopes"),
        whole("uses_left"),
        moment("created_at"),
        moment("expires_at"),
        sa.PrimaryKeyConstraint("id"),
    )
