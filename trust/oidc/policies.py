"""What may be asked of a client, as data: three policies, one for each client. New clients get `fapi2`.

fapi2     FAPI 2.0 Security Profile (final, February 2025) §5.3.2, with DPoP nonces
standard  OAuth 2.0 with the security best current practice (RFC 9700): PKCE always, secrets allowed
compat    OpenID Connect Core §15.1 as old software and its certification tools speak it: PKCE optional, RS256
          ID tokens, the old audiences of client assertions; never implicit, never passwords

Adding a policy is adding a value here. Nothing elsewhere asks for a policy by its name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from keys.algorithms import Algorithm


class AuthMethod(StrEnum):
    """token_endpoint_auth_method (OIDC Core §9, RFC 7591 §2)."""

    PRIVATE_KEY_JWT = "private_key_jwt"
    CLIENT_SECRET_BASIC = "client_secret_basic"  # noqa: S105 - the name of a method
    CLIENT_SECRET_POST = "client_secret_post"  # noqa: S105 - the name of a method
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules for one kind of client."""

    name: str
    auth_methods: frozenset[AuthMethod]
    signing_algorithms: frozenset[str]
    """What the client may sign with: assertions, request objects, proofs."""
    pushed_only: bool
    """RFC 9126 §5: authorization requests must be pushed."""
    pkce_required: bool
    sender_constrained: bool
    """Access tokens are bound to a key (DPoP) or not given at all."""
    dpop_nonce: bool
    """Every proof at the token endpoints holds a nonce of ours (RFC 9449 §8)."""
    only_issuer_audience: bool
    """Assertions name the issuer as their only audience, as a string (FAPI 2.0 §5.3.2.1); else the endpoint's
    URL and lists are taken too (OIDC Core §9)."""
    request_object_times: bool
    """Request objects must have nbf and exp at most 60 minutes apart (FAPI 2.0 Message Signing §5.3.1)."""
    id_token_algorithm: Algorithm
    access_token_life: timedelta
    pairwise: bool
    """Subject type when the client names none."""


MODERN = frozenset({"PS256", "ES256", "EdDSA", "Ed25519"})
CODE_LIFE = timedelta(seconds=60)
REQUEST_URI_LIFE = timedelta(seconds=60)
INTERACTION_LIFE = timedelta(minutes=30)
REFRESH_LIFE = timedelta(days=30)
ID_TOKEN_LIFE = timedelta(minutes=10)

FAPI2 = Policy(
    name="fapi2",
    auth_methods=frozenset({AuthMethod.PRIVATE_KEY_JWT}),
    signing_algorithms=MODERN,
    pushed_only=True,
    pkce_required=True,
    sender_constrained=True,
    dpop_nonce=True,
    only_issuer_audience=True,
    request_object_times=True,
    id_token_algorithm=Algorithm.ES256,
    access_token_life=timedelta(minutes=5),
    pairwise=True,
)
STANDARD = Policy(
    name="standard",
    auth_methods=frozenset(AuthMethod),
    signing_algorithms=MODERN | {"RS256"},
    pushed_only=False,
    pkce_required=True,
    sender_constrained=False,
    dpop_nonce=False,
    only_issuer_audience=True,
    request_object_times=True,
    id_token_algorithm=Algorithm.ES256,
    access_token_life=timedelta(minutes=5),
    pairwise=True,
)
COMPAT = Policy(
    name="compat",
    auth_methods=frozenset(AuthMethod),
    signing_algorithms=MODERN | {"RS256"},
    pushed_only=False,
    pkce_required=False,
    sender_constrained=False,
    dpop_nonce=False,
    only_issuer_audience=False,
    request_object_times=False,
    id_token_algorithm=Algorithm.RS256,
    access_token_life=timedelta(minutes=5),
    pairwise=False,
)
DEFAULT_POLICY = FAPI2
POLICIES: Mapping[str, Policy] = MappingProxyType({held.name: held for held in (FAPI2, STANDARD, COMPAT)})
