"""A client (接入应用, relying party) as a frozen value, and the rules its description must satisfy.

RFC 7591 §2 and OIDC Dynamic Client Registration §2 name the members. A `Client` is a snapshot of one version
of a row; endpoints never touch the row. Does not check: that the organization owns its redirect addresses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from keys.algorithms import Algorithm
from keys.foreign import ForeignKey, read_foreign_keys
from trust.errors import ClientRefused
from trust.oidc.policies import POLICIES, AuthMethod, Policy
from trust.oidc.redirects import check_registered_uri

AUTHORIZATION_CODE = "authorization_code"
REFRESH_TOKEN = "refresh_token"  # noqa: S105 - the name of a grant type
CLIENT_CREDENTIALS = "client_credentials"
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
GRANT_TYPES = frozenset({AUTHORIZATION_CODE, REFRESH_TOKEN, CLIENT_CREDENTIALS, DEVICE_CODE})


@dataclass(frozen=True, slots=True)
class Client:
    """One version of one client."""

    client_id: str
    name: str
    owner: str
    policy: Policy
    auth_method: AuthMethod
    grant_types: frozenset[str]
    scopes: frozenset[str]
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    resources: frozenset[str] = frozenset()
    """What its tokens may be for (RFC 8707)."""
    serves: frozenset[str] = frozenset()
    """Which resources it is the resource server of: it may introspect their tokens."""
    jwks: Mapping[str, Any] | None = None
    jwks_uri: str | None = None
    sector_identifier_uri: str | None = None
    pairwise: bool = True
    native: bool = False
    first_party: bool = False
    """Of the node itself: the person is not asked to agree to what the node already knows."""
    dpop_bound: bool = False
    pushed_only: bool = False
    signed_requests_only: bool = False
    id_token_algorithm: Algorithm = Algorithm.ES256
    userinfo_algorithm: Algorithm | None = None
    default_max_age: int | None = None
    default_acr_values: tuple[str, ...] = ()
    backchannel_logout_uri: str | None = None
    client_uri: str | None = None
    logo_uri: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None
    active: bool = True
    version: int = 1
    secret_digests: tuple[bytes, ...] = field(default=(), repr=False)
    keys: tuple[ForeignKey, ...] = field(default=(), repr=False)

    @property
    def public(self) -> bool:
        """RFC 6749 §2.1: it cannot keep a secret."""
        return self.auth_method is AuthMethod.NONE

    @property
    def sender_constrained(self) -> bool:
        return self.dpop_bound or self.policy.sender_constrained

    @property
    def sector(self) -> str:
        """OIDC Core §8.1: the host whose clients see the same pairwise subject."""
        held = self.sector_identifier_uri or next(iter(self.redirect_uris), "")
        return urlsplit(held).hostname or self.client_id


def check_client(client: Client, *, local_names: bool = False) -> None:
    """Raises: ClientRefused when a client contradicts its policy or itself.

    local_names: redirect addresses may be http on names under `localhost` (`serve --dev`).
    """
    for holds, detail, detail_zh in _contradictions(client):
        if not holds:
            raise ClientRefused(detail, detail_zh)
    if client.backchannel_logout_uri:
        check_registered_uri(client.backchannel_logout_uri, native=False, local_names=local_names)
    for uri in client.redirect_uris + client.post_logout_redirect_uris:
        check_registered_uri(uri, native=client.native, local_names=local_names)


def _contradictions(client: Client) -> tuple[tuple[bool, str, str], ...]:
    policy = client.policy
    by_key = client.auth_method is AuthMethod.PRIVATE_KEY_JWT
    by_secret = client.auth_method in (AuthMethod.CLIENT_SECRET_BASIC, AuthMethod.CLIENT_SECRET_POST)
    codes = AUTHORIZATION_CODE in client.grant_types
    hosts = {urlsplit(uri).hostname for uri in client.redirect_uris}
    return (
        (bool(client.name.strip()), "A name is missing.", "缺少名称。"),
        (
            client.auth_method in policy.auth_methods,
            f"The policy {policy.name} does not allow {client.auth_method}.",
            f"策略 {policy.name} 不允许 {client.auth_method}。",
        ),
        (
            bool(client.grant_types) and client.grant_types <= GRANT_TYPES,
            "Unknown grant type.",
            "授权类型不存在。",
        ),
        (
            not by_key or bool(client.keys) != bool(client.jwks_uri),
            "Give jwks or jwks_uri.",
            "须提供 jwks 或 jwks_uri。",
        ),
        (not by_secret or bool(client.secret_digests), "A secret is missing.", "缺少密钥。"),
        (by_secret or not client.secret_digests, "A secret has no use here.", "该方式不使用密钥。"),
        (
            codes == bool(client.redirect_uris),
            "Redirect addresses go with the code.",
            "回调地址与授权码方式须同时存在。",
        ),
        (
            not (client.public and CLIENT_CREDENTIALS in client.grant_types),
            "A public application has no credentials of its own.",
            "公开应用不能使用客户端凭证方式。",
        ),
        (
            not client.pairwise or bool(client.sector_identifier_uri) or len(hosts) <= 1,
            "Redirect addresses on several hosts need a sector_identifier_uri.",
            "多个主机的回调地址须提供 sector_identifier_uri。",
        ),
        (
            client.id_token_algorithm is not Algorithm.RS256 or "RS256" in policy.signing_algorithms,
            "RS256 is not allowed by the policy.",
            "策略不允许 RS256。",
        ),
    )


_LISTS = ("redirect_uris", "post_logout_redirect_uris", "default_acr_values")
_SETS = ("grant_types", "scopes", "resources", "serves")
_PLAIN = (
    "name",
    "jwks",
    "jwks_uri",
    "sector_identifier_uri",
    "pairwise",
    "native",
    "first_party",
    "dpop_bound",
    "pushed_only",
    "signed_requests_only",
    "default_max_age",
    "backchannel_logout_uri",
    "client_uri",
    "logo_uri",
    "policy_uri",
    "tos_uri",
)


def client_to_json(client: Client) -> dict[str, Any]:
    """What is stored in `OidcClient.description`: everything that has no column of its own."""
    members: dict[str, Any] = {name: getattr(client, name) for name in _PLAIN}
    members |= {name: list(getattr(client, name)) for name in _LISTS}
    members |= {name: sorted(getattr(client, name)) for name in _SETS}
    members["auth_method"] = client.auth_method.value
    members["id_token_algorithm"] = client.id_token_algorithm.value
    members["userinfo_algorithm"] = client.userinfo_algorithm.value if client.userinfo_algorithm else None
    return members


def client_from_json(
    members: Mapping[str, Any],
    *,
    client_id: str,
    owner: str,
    policy: str,
    active: bool,
    version: int,
    secret_digests: tuple[bytes, ...],
) -> Client:
    """The snapshot of a row. Its keys are parsed here, once a version."""
    signed = members["userinfo_algorithm"]
    described: dict[str, Any] = {name: members[name] for name in _PLAIN}
    described |= {name: tuple(members[name]) for name in _LISTS}
    described |= {name: frozenset(members[name]) for name in _SETS}
    return Client(
        client_id=client_id,
        owner=owner,
        policy=POLICIES[policy],
        auth_method=AuthMethod(members["auth_method"]),
        id_token_algorithm=Algorithm(members["id_token_algorithm"]),
        userinfo_algorithm=Algorithm(signed) if signed else None,
        active=active,
        version=version,
        secret_digests=secret_digests,
        keys=read_foreign_keys(members["jwks"]) if members["jwks"] else (),
        **described,
    )
