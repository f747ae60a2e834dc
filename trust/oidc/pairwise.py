"""Subjects and session names as each client sees them (OIDC Core §8, pairwise identifiers).

Clients of one sector see one subject; clients of different sectors cannot find out that they serve the same
person, neither by `sub` nor by `sid`. A `public` subject is the same for all clients and still is not the id
of the person's row.
"""

from keys.encoding import b64url
from trust.oidc.clients import Client
from trust.oidc.provider import Provider


def subject_for(provider: Provider, client: Client, person_id: str) -> str:
    """The `sub` of a person at a client: 43 characters."""
    sector = f"sector:{client.sector}" if client.pairwise else "public"
    return b64url(provider.secret.pairwise_mac(f"sub\x00{sector}\x00{person_id}".encode()))


def session_for(provider: Provider, client: Client, sid: str) -> str:
    """The `sid` of a login session at a client: 22 characters."""
    return b64url(provider.secret.pairwise_mac(f"sid\x00{client.client_id}\x00{sid}".encode())[:16])
