"""Tables of the node itself: its operators and the certificates it works with."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from keys.columns import UtcDateTime


class OperatorRow(SQLModel, table=True):
    """A person who may ask for and approve what needs two (操作员). Known by a public key, not a password."""

    __tablename__ = "operator"

    code: str = Field(primary_key=True, max_length=64)
    """Short identifier that stands in intents and approvals, such as `op-1`; not a person's name."""
    name: str = Field(max_length=120)
    public_key: bytes = Field(unique=True)
    """SubjectPublicKeyInfo, DER; P-256. Unique: one person does not approve under two names."""
    state: str = Field(max_length=16)
    """active → retired"""
    added_at: datetime = Field(sa_type=UtcDateTime)
    retired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class NodeCertificateRow(SQLModel, table=True):
    """The certificate in use for one role of this node: root, node CA, seal maker, status signer, …"""

    __tablename__ = "node_certificate"

    role: str = Field(primary_key=True, max_length=32)
    """A value of `api.roles.Role`."""
    certificate: bytes
    """X.509, DER."""
    kid: str | None = Field(default=None, max_length=64)
    """The key in our keyring; None for the root, whose key is offline."""
    since: datetime = Field(sa_type=UtcDateTime)
