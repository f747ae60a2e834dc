"""What the provider says of itself: OpenID Connect Discovery 1.0 §3 and RFC 8414 §2, and its JWK Set.

Both documents have the same members. A client of a stricter policy is offered less than stands here; that
it is refused the rest is said by the error it gets. The key set holds keys before they sign
(pre-published), while they sign, and after (retired), so that a cached set never lacks a key in use.
"""

from collections.abc import Iterable
from typing import Any

from keys.jwk import jwks
from trust.oidc.authorize_checks import PROMPTS, RESPONSE_MODES
from trust.oidc.clients import GRANT_TYPES
from trust.oidc.policies import MODERN, POLICIES
from trust.oidc.provider import Provider
from trust.oidc.verified_claims import TRUST_FRAMEWORK

SIGNED_BY_US = ("ES256", "RS256")
PROTOCOL_CLAIMS = (
    "sub",
    "iss",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "sid",
    "on_behalf_of",
)


def discovery_document(provider: Provider, *, verified_claims: Iterable[str] = ()) -> dict[str, Any]:
    """For /.well-known/openid-configuration and /.well-known/oauth-authorization-server.

    verified_claims: the claims people can have verified, as the directory of people knows them.
    """
    at = provider.endpoints
    released = sorted({name for names in provider.scopes.values() for name in names})
    document: dict[str, Any] = {
        "issuer": provider.issuer,
        "authorization_endpoint": at.authorize,
        "pushed_authorization_request_endpoint": at.par,
        "token_endpoint": at.token,
        "userinfo_endpoint": at.userinfo,
        "jwks_uri": at.jwks,
        "introspection_endpoint": at.introspect,
        "revocation_endpoint": at.revoke,
        "end_session_endpoint": at.logout,
        "registration_endpoint": at.register,
        "device_authorization_endpoint": at.device_authorization,
        "scopes_supported": sorted(provider.scopes.keys() | provider.machine_scopes),
        "response_types_supported": ["code"],
        "response_modes_supported": sorted(RESPONSE_MODES),
        "grant_types_supported": sorted(GRANT_TYPES),
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": sorted(PROMPTS),
        "acr_values_supported": list(provider.acr_values),
        "subject_types_supported": ["pairwise", "public"],
        "claim_types_supported": ["normal"],
        "claims_supported": [*PROTOCOL_CLAIMS, *released],
        "claims_parameter_supported": True,
        "request_parameter_supported": True,
        "request_uri_parameter_supported": False,
        "require_pushed_authorization_requests": False,
        "authorization_response_iss_parameter_supported": True,
        "id_token_signing_alg_values_supported": list(SIGNED_BY_US),
        "userinfo_signing_alg_values_supported": list(SIGNED_BY_US),
        "introspection_signing_alg_values_supported": ["ES256"],
        "request_object_signing_alg_values_supported": _algorithms(),
        "dpop_signing_alg_values_supported": sorted(MODERN),
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "ui_locales_supported": ["zh-CN", "en"],
    }
    document |= _authentication()
    return document | _verified(sorted(verified_claims))


def _authentication() -> dict[str, list[str]]:
    """How clients authenticate, the same at every endpoint they call themselves."""
    methods = sorted({method for policy in POLICIES.values() for method in policy.auth_methods})
    members: dict[str, list[str]] = {}
    for endpoint in ("token", "introspection", "revocation"):
        members[f"{endpoint}_endpoint_auth_methods_supported"] = list(methods)
        members[f"{endpoint}_endpoint_auth_signing_alg_values_supported"] = _algorithms()
    return members


def _verified(names: list[str]) -> dict[str, Any]:
    if not names:
        return {}
    return {
        "verified_claims_supported": True,
        "trust_frameworks_supported": [TRUST_FRAMEWORK],
        "claims_in_verified_claims_supported": names,
        "evidence_supported": ["electronic_record"],
    }


def _algorithms() -> list[str]:
    return sorted({name for policy in POLICIES.values() for name in policy.signing_algorithms})


def key_set(provider: Provider) -> dict[str, list[dict[str, str]]]:
    """The JWK Set at jwks_uri; may be cached for as long as keys are published before they sign."""
    return jwks((key.kid, key.public_key) for key in provider.published_keys())
