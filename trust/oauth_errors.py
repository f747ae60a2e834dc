"""Refusals of the OpenID Provider. `code` is the `error` value that the RFC prints, word for word.

RFC 6749 §4.1.2.1 and §5.2, OpenID Connect Core §3.1.2.6, RFC 8628 §3.5, RFC 9449 §12, RFC 7591 §3.2.2, RFC
6750 §3.1, RFC 8707 §2, RFC 9470 §5, Unmet Authentication Requirements 1.0. `detail` is `error_description`:
plain ASCII without quotes or backslashes (RFC 6749 §5.2). No personal data, no secret, no echo of what
came in.
"""

from keys.errors import Kind, XinzhengError


class OAuthError(XinzhengError):
    """Base of every protocol refusal. `dpop_nonce` goes out as the DPoP-Nonce header when it is set."""

    code = "oauth_refused"
    kind = Kind.MALFORMED
    title = "The request is refused"
    title_zh = "请求被拒绝"
    dpop_nonce: str | None = None


class InvalidRequest(OAuthError):
    code = "invalid_request"
    title = "The request is incomplete or malformed"
    title_zh = "请求不完整或格式错误"


class InvalidClient(OAuthError):
    """The client could not be authenticated. Unknown client and wrong secret read alike."""

    code = "invalid_client"
    kind = Kind.UNAUTHENTICATED
    title = "The application could not be authenticated"
    title_zh = "应用身份验证失败"


class InvalidGrant(OAuthError):
    code = "invalid_grant"
    title = "The code or token is wrong, expired, already used or belongs to someone else"
    title_zh = "授权码或令牌无效、过期、已使用或不属于该应用"


class UnauthorizedClient(OAuthError):
    code = "unauthorized_client"
    title = "This application may not do this"
    title_zh = "该应用无权使用此方式"


class UnsupportedGrantType(OAuthError):
    code = "unsupported_grant_type"
    title = "This grant type is not offered"
    title_zh = "不支持该授权类型"


class UnsupportedResponseType(OAuthError):
    code = "unsupported_response_type"
    title = "Only the authorization code is offered"
    title_zh = "仅支持授权码方式"


class InvalidScope(OAuthError):
    code = "invalid_scope"
    title = "The scope is unknown or not allowed for this application"
    title_zh = "授权范围不存在或该应用无权申请"


class InvalidTarget(OAuthError):
    code = "invalid_target"
    title = "The resource is unknown or not allowed for this application"
    title_zh = "目标资源不存在或该应用无权访问"


class AccessDenied(OAuthError):
    code = "access_denied"
    kind = Kind.FORBIDDEN
    title = "The person did not agree"
    title_zh = "用户未同意授权"


class ServerBusy(OAuthError):
    code = "temporarily_unavailable"
    kind = Kind.UNAVAILABLE
    title = "The service is busy; try again shortly"
    title_zh = "服务繁忙，请稍后再试"


class LoginRequired(OAuthError):
    code = "login_required"
    title = "The person must log in, and the request allows no page"
    title_zh = "需要登录，但请求不允许显示页面"


class ConsentRequired(OAuthError):
    code = "consent_required"
    title = "The person must agree, and the request allows no page"
    title_zh = "需要用户同意，但请求不允许显示页面"


class InteractionRequired(OAuthError):
    code = "interaction_required"
    title = "A page must be shown, and the request allows none"
    title_zh = "需要用户操作，但请求不允许显示页面"


class AccountSelectionRequired(OAuthError):
    code = "account_selection_required"
    title = "The person must choose an account, and the request allows no page"
    title_zh = "需要选择账号，但请求不允许显示页面"


class UnmetAuthenticationRequirements(OAuthError):
    code = "unmet_authentication_requirements"
    title = "The required level of authentication cannot be reached"
    title_zh = "无法达到所要求的认证等级"


class InvalidRequestObject(OAuthError):
    code = "invalid_request_object"
    title = "The request object is not acceptable"
    title_zh = "请求对象不可接受"


class InvalidRequestUri(OAuthError):
    code = "invalid_request_uri"
    title = "The request reference is unknown, expired or already used"
    title_zh = "请求引用不存在、已过期或已使用"


class RequestUriNotSupported(OAuthError):
    code = "request_uri_not_supported"
    title = "Only references from the pushed authorization request endpoint are taken"
    title_zh = "仅接受推送授权请求返回的引用"


class RegistrationNotSupported(OAuthError):
    code = "registration_not_supported"
    title = "Applications cannot register inside a login request"
    title_zh = "不支持在登录请求中注册应用"


class InvalidDpopProof(OAuthError):
    code = "invalid_dpop_proof"
    title = "The proof of possession is not acceptable"
    title_zh = "持有证明不可接受"


class UseDpopNonce(OAuthError):
    """Not a failure: the proof must be made again with the nonce that is sent along."""

    code = "use_dpop_nonce"
    title = "The proof of possession must hold the nonce given in this answer"
    title_zh = "持有证明须包含本次返回的随机数"


class InvalidToken(OAuthError):
    code = "invalid_token"
    kind = Kind.UNAUTHENTICATED
    title = "The token is wrong, expired or withdrawn"
    title_zh = "令牌无效、过期或已撤销"


class InsufficientScope(OAuthError):
    code = "insufficient_scope"
    kind = Kind.FORBIDDEN
    title = "The token does not reach this far"
    title_zh = "令牌授权范围不足"


class InsufficientUserAuthentication(OAuthError):
    """RFC 9470: the token is fine, the authentication behind it is too weak or too old."""

    code = "insufficient_user_authentication"
    kind = Kind.UNAUTHENTICATED
    title = "A stronger or fresher authentication is needed"
    title_zh = "需要更高等级或更近期的身份认证"


class AuthorizationPending(OAuthError):
    code = "authorization_pending"
    title = "The person has not decided yet"
    title_zh = "用户尚未完成授权"


class SlowDown(OAuthError):
    code = "slow_down"
    title = "The application asks too often"
    title_zh = "查询过于频繁"


class ExpiredDeviceCode(OAuthError):
    code = "expired_token"
    title = "The device code has expired"
    title_zh = "设备码已过期"


class InvalidRedirectUri(OAuthError):
    code = "invalid_redirect_uri"
    title = "A redirect address is not acceptable"
    title_zh = "回调地址不可接受"


class InvalidClientMetadata(OAuthError):
    code = "invalid_client_metadata"
    title = "The description of the application is not acceptable"
    title_zh = "应用描述信息不可接受"
