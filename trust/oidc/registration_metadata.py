"""Client metadata as it travels (RFC 7591 §2, OIDC Dynamic Client Registration §2, RFC 9126 §6, RFC 9449
§5.2).

Reading is a closed list: a member has one type, and what is not on the list is ignored (RFC 7591 §2), so
nobody registers himself as first party, as a resource server or under another policy (T31).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NoReturn

from keys.algorithms import Algorithm
from keys.errors import XinzhengError
from keys.foreign import read_foreign_keys
from trust.oauth_errors import InvalidClientMetadata, InvalidRedirectUri
from trust.oidc.clients import AUTHORIZATION_CODE, GRANT_TYPES, Client
from trust.oidc.policies import AuthMethod, Policy

_TEXTS = (
    "client_name",
    "client_uri",
    "logo_uri",
    "tos_uri",
    "policy_uri",
    "jwks_uri",
    "scope",
    "sector_identifier_uri",
    "backchannel_logout_uri",
    "token_endpoint_auth_method",
    "subject_type",
    "application_type",
    "id_token_signed_response_alg",
    "userinfo_signed_response_alg",
)
_LISTS = ("redirect_uris", "post_logout_redirect_uris", "grant_types", "response_types", "default_acr_values")
_FLAGS = (
    "dpop_bound_access_tokens",
    "require_pushed_authorization_requests",
    "require_signed_request_object",
    "backchannel_logout_session_required",
    "require_auth_time",
)
_LINKS = ("client_uri", "logo_uri", "tos_uri", "policy_uri", "jwks_uri", "sector_identifier_uri")
MOST_ITEMS = 32


def client_of_metadata(
    metadata: Mapping[str, Any], *, client_id: str, owner: str, policy: Policy, scopes: frozenset[str]
) -> Client:
    """A client as described, secrets aside. Raises: InvalidClientMetadata, InvalidRedirectUri.

    scopes: the most it may get; it may ask for fewer.
    """
    _check_types(metadata)
    if metadata.get("response_types", ["code"]) not in (["code"], []):
        _refuse("The only response type is code.")
    grant_types = frozenset(metadata.get("grant_types", [AUTHORIZATION_CODE]))
    if not grant_types <= GRANT_TYPES:
        _refuse("A grant type is not offered.")
    asked = frozenset(metadata["scope"].split()) if "scope" in metadata else scopes
    links: dict[str, Any] = {name: metadata.get(name) for name in _LINKS}
    base = Client(
        client_id=client_id,
        name=metadata.get("client_name", client_id),
        owner=owner,
        policy=policy,
        auth_method=_auth_method(metadata, policy),
        grant_types=grant_types,
        scopes=asked & scopes,
        redirect_uris=tuple(metadata.get("redirect_uris", ())),
        post_logout_redirect_uris=tuple(metadata.get("post_logout_redirect_uris", ())),
        pairwise=_subject_type(metadata, policy),
        native=metadata.get("application_type", "web") == "native",
        id_token_algorithm=_algorithm(metadata, "id_token_signed_response_alg") or policy.id_token_algorithm,
        userinfo_algorithm=_algorithm(metadata, "userinfo_signed_response_alg"),
        default_max_age=_max_age(metadata),
        default_acr_values=tuple(metadata.get("default_acr_values", ())),
        dpop_bound=metadata.get("dpop_bound_access_tokens", False),
        pushed_only=metadata.get("require_pushed_authorization_requests", False),
        signed_requests_only=metadata.get("require_signed_request_object", False),
        backchannel_logout_uri=metadata.get("backchannel_logout_uri"),
        **links,
    )
    return _with_keys(base, metadata)


def metadata_of_client(client: Client) -> dict[str, Any]:
    """What is answered to the client about itself; empty members are left out."""
    held: dict[str, Any] = {
        "client_id": client.client_id,
        "client_name": client.name,
        "redirect_uris": list(client.redirect_uris),
        "post_logout_redirect_uris": list(client.post_logout_redirect_uris),
        "grant_types": sorted(client.grant_types),
        "response_types": ["code"] if AUTHORIZATION_CODE in client.grant_types else [],
        "token_endpoint_auth_method": client.auth_method.value,
        "scope": " ".join(sorted(client.scopes)),
        "subject_type": "pairwise" if client.pairwise else "public",
        "application_type": "native" if client.native else "web",
        "id_token_signed_response_alg": client.id_token_algorithm.value,
        "userinfo_signed_response_alg": client.userinfo_algorithm and client.userinfo_algorithm.value,
        "default_max_age": client.default_max_age,
        "default_acr_values": list(client.default_acr_values),
        "dpop_bound_access_tokens": client.sender_constrained,
        "require_pushed_authorization_requests": client.pushed_only or client.policy.pushed_only,
        "require_signed_request_object": client.signed_requests_only,
        "backchannel_logout_uri": client.backchannel_logout_uri,
        "jwks": client.jwks,
        **{name: getattr(client, name) for name in _LINKS},
    }
    return {name: value for name, value in held.items() if value not in (None, [], "")}


def _check_types(metadata: Mapping[str, Any]) -> None:
    for name in _TEXTS:
        if name in metadata and not (isinstance(metadata[name], str) and len(metadata[name]) <= 1024):
            _refuse(f"The member {name} must be text.")
    for name in _LISTS:
        held = metadata.get(name, [])
        fits = isinstance(held, list) and len(held) <= MOST_ITEMS
        if not fits or not all(isinstance(one, str) for one in held):
            if name == "redirect_uris":
                raise InvalidRedirectUri()
            _refuse(f"The member {name} must be a list of texts.")
    for name in _FLAGS:
        if not isinstance(metadata.get(name, False), bool):
            _refuse(f"The member {name} must be true or false.")
    for name in _LINKS:
        if name in metadata and not metadata[name].startswith("https://"):
            _refuse(f"The member {name} must be an https address.")


def _auth_method(metadata: Mapping[str, Any], policy: Policy) -> AuthMethod:
    usual = (
        AuthMethod.CLIENT_SECRET_BASIC
        if AuthMethod.CLIENT_SECRET_BASIC in policy.auth_methods
        else AuthMethod.PRIVATE_KEY_JWT
    )
    try:
        return AuthMethod(metadata.get("token_endpoint_auth_method", usual))
    except ValueError:
        _refuse("The token_endpoint_auth_method is not offered.")


def _subject_type(metadata: Mapping[str, Any], policy: Policy) -> bool:
    named = metadata.get("subject_type")
    if named not in (None, "pairwise", "public"):
        _refuse("The subject_type is not known.")
    return policy.pairwise if named is None else named == "pairwise"


def _algorithm(metadata: Mapping[str, Any], name: str) -> Algorithm | None:
    if name not in metadata:
        return None
    if metadata[name] not in ("ES256", "RS256"):
        _refuse(f"The member {name} must be ES256 or RS256.")
    return Algorithm(metadata[name])


def _max_age(metadata: Mapping[str, Any]) -> int | None:
    held = metadata.get("default_max_age")
    if held is not None and (isinstance(held, bool) or not isinstance(held, int) or not 0 <= held < 10**9):
        _refuse("The default_max_age must be a number of seconds.")
    return held


def _with_keys(client: Client, metadata: Mapping[str, Any]) -> Client:
    if "jwks" not in metadata:
        return client
    try:
        keys = read_foreign_keys(metadata["jwks"])
    except XinzhengError as error:
        raise InvalidClientMetadata(error.detail, error.detail_zh) from None
    return replace(client, jwks=metadata["jwks"], keys=keys)


def _refuse(detail: str) -> NoReturn:
    raise InvalidClientMetadata(detail, "应用描述信息不可接受。")
