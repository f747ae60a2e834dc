"""The rules an authorization request must keep, in order: one function, one citation each.

`check_redirect` stands before them and apart: until it passes, no error goes to the address in the request
(RFC 6749 §4.1.2.1, RFC 9700 §4.11). An error of any rule in `CHECKS` goes to the client.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from trust.oauth_errors import (
    InvalidRequest,
    InvalidScope,
    InvalidTarget,
    RegistrationNotSupported,
    UnauthorizedClient,
    UnmetAuthenticationRequirements,
    UnsupportedResponseType,
)
from trust.oidc.claims_request import parse_claims
from trust.oidc.clients import AUTHORIZATION_CODE, Client
from trust.oidc.parameters import Parameters
from trust.oidc.provider import Provider
from trust.oidc.redirects import is_registered

PROMPTS = frozenset({"none", "login", "consent", "select_account"})
RESPONSE_MODES = frozenset({"query", "form_post", "fragment"})
LONGEST_NONCE = 512
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_JKT = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the rules look at."""

    provider: Provider
    client: Client
    parameters: Parameters
    pushed: bool
    signed: bool


Check = Callable[[Asked], None]


def check_redirect(client: Client, parameters: Parameters, *, required: bool) -> str:
    """The address the answer goes to. RFC 9700 §4.1.3; required: FAPI 2.0 §5.3.2.2 wants it always.

    Raises: InvalidRequest, to be shown to the person, never sent anywhere.
    """
    uri = parameters.get("redirect_uri")
    if uri is None:
        if required or len(client.redirect_uris) != 1:
            raise InvalidRequest("The parameter redirect_uri is missing.", "缺少参数 redirect_uri。")
        return client.redirect_uris[0]
    if not is_registered(uri, client.redirect_uris, native=client.native):
        raise InvalidRequest(
            "The redirect_uri is not registered for this application.", "回调地址未在该应用登记。"
        )
    return uri


def grant_is_allowed(asked: Asked) -> None:
    """RFC 6749 §4.1.2.1 unauthorized_client."""
    if AUTHORIZATION_CODE not in asked.client.grant_types:
        raise UnauthorizedClient()


def response_type_is_code(asked: Asked) -> None:
    """RFC 9700 §2.1.2: no implicit grant; FAPI 2.0 §5.3.2.2: `code` only."""
    if asked.parameters.required("response_type") != "code":
        raise UnsupportedResponseType()


def response_mode_is_known(asked: Asked) -> None:
    """OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode."""
    if asked.parameters.get("response_mode", "query") not in RESPONSE_MODES:
        raise InvalidRequest("The response_mode is not offered.", "不支持该 response_mode。")


def request_is_pushed_where_required(asked: Asked) -> None:
    """FAPI 2.0 §5.3.2.2, RFC 9126 §5."""
    if (asked.client.policy.pushed_only or asked.client.pushed_only) and not asked.pushed:
        raise InvalidRequest(
            "This application must push its authorization requests.", "该应用须使用推送授权请求。"
        )


def request_is_signed_where_required(asked: Asked) -> None:
    """RFC 9101 §10.5: a client that registered signed requests gets no unsigned one accepted."""
    if asked.client.signed_requests_only and not asked.signed:
        raise InvalidRequest(
            "This application must sign its authorization requests.", "该应用须使用已签名的请求。"
        )


def challenge_is_s256(asked: Asked) -> None:
    """RFC 7636 §4.3, RFC 9700 §2.1.1: S256 only; a missing method would mean `plain` (T4)."""
    challenge = asked.parameters.get("code_challenge")
    method = asked.parameters.get("code_challenge_method")
    required = asked.client.policy.pkce_required or asked.client.public
    if challenge is None:
        if required or method is not None:
            raise InvalidRequest("The code_challenge is missing.", "缺少 code_challenge。")
        return
    if method != "S256":
        raise InvalidRequest("The code_challenge_method must be S256.", "code_challenge_method 须为 S256。")
    if not _CHALLENGE.fullmatch(challenge):
        raise InvalidRequest("The code_challenge is not a SHA-256 digest.", "code_challenge 格式不正确。")


def scopes_are_allowed(asked: Asked) -> None:
    """RFC 6749 §3.3. A scope that does not exist and one the client may not ask for read alike."""
    known = asked.provider.scopes.keys() | asked.provider.machine_scopes
    for scope in asked.parameters.words("scope"):
        if scope not in known or scope not in asked.client.scopes:
            raise InvalidScope()


def resources_are_allowed(asked: Asked) -> None:
    """RFC 8707 §2: absolute, without fragment, and one this client may ask for."""
    for resource in asked.parameters.every("resource"):
        if urlsplit(resource).fragment or resource not in asked.client.resources:
            raise InvalidTarget()


def prompt_makes_sense(asked: Asked) -> None:
    """OIDC Core §3.1.2.1: known values, `none` alone."""
    prompts = set(asked.parameters.words("prompt"))
    if not prompts <= PROMPTS or ("none" in prompts and len(prompts) > 1):
        raise InvalidRequest("The prompt is not understood.", "prompt 参数无法理解。")


def max_age_is_a_number(asked: Asked) -> None:
    """OIDC Core §3.1.2.1: seconds."""
    text = asked.parameters.get("max_age")
    if text is not None and not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise InvalidRequest("The max_age is not a number of seconds.", "max_age 须为秒数。")


def nonce_is_bounded(asked: Asked) -> None:
    """FAPI 2.0 §5.3.2.2: at least 64 characters are taken."""
    if len(asked.parameters.get("nonce", "")) > LONGEST_NONCE:
        raise InvalidRequest("The nonce is too long.", "nonce 过长。")


def dpop_jkt_is_a_thumbprint(asked: Asked) -> None:
    """RFC 9449 §10."""
    jkt = asked.parameters.get("dpop_jkt")
    if jkt is not None and not _JKT.fullmatch(jkt):
        raise InvalidRequest("The dpop_jkt is not a thumbprint.", "dpop_jkt 格式不正确。")


def claims_are_understood(asked: Asked) -> None:
    """OIDC Core §5.5; an essential acr we do not know can never be met (Unmet Authentication
    Requirements)."""
    demanded = parse_claims(asked.parameters.get("claims")).demanded("acr")
    if demanded and not set(demanded) & set(asked.provider.acr_values):
        raise UnmetAuthenticationRequirements()


def registration_is_not_asked(asked: Asked) -> None:
    """OIDC Core §7.2.1: no self-issued clients."""
    if "registration" in asked.parameters:
        raise RegistrationNotSupported()


CHECKS: tuple[Check, ...] = (
    grant_is_allowed,
    request_is_pushed_where_required,
    request_is_signed_where_required,
    response_type_is_code,
    response_mode_is_known,
    registration_is_not_asked,
    challenge_is_s256,
    scopes_are_allowed,
    resources_are_allowed,
    prompt_makes_sense,
    max_age_is_a_number,
    nonce_is_bounded,
    dpop_jkt_is_a_thumbprint,
    claims_are_understood,
)


def check_request(asked: Asked) -> None:
    """Every rule, in order. Raises: the OAuthError of the first that is broken."""
    if not CHECKS:
        raise InvalidRequest("There are no rules to check by.", "没有可用的检查规则。")
    for check in CHECKS:
        check(asked)
