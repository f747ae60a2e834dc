"""Security headers on every answer (ASVS 5.0 §3.4), and HEAD wherever there is GET.

The content security policy allows our own style sheet and script by address and nothing inline, so a
payload inside a license, a file name or a certificate cannot run even if escaping once failed (T18). No
page may be framed (T17). A route that already set one of these headers keeps its own value: public data
such as status lists says that other origins may read it and how long it may be kept.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "microphone", "midi",
        "payment", "publickey-credentials-get", "screen-wake-lock", "usb",
    )
)  # fmt: skip
ALWAYS: tuple[tuple[str, str], ...] = (
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),  # the address of a public page is itself the secret
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", PERMISSIONS_POLICY),
    ("cache-control", "no-store"),
)
STRICT_TRANSPORT = ("strict-transport-security", "max-age=63072000; includeSubDomains")
PUBLIC = {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}
"""For data that anybody may read from anywhere: lists, certificates, keys. Never for a page."""


class SecurityHeaders:
    """ASGI middleware; the outermost, so that problems and blank 500s carry the headers too."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        headers = (*ALWAYS, STRICT_TRANSPORT) if https else ALWAYS
        self._raw = tuple((name.encode(), value.encode()) for name, value in headers)
        self._names = frozenset(name for name, _ in self._raw)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                missing = self._raw
                if not self._names.isdisjoint(present):
                    missing = tuple(header for header in self._raw if header[0] not in present)
                message["headers"] = [*message["headers"], *missing]
            await send(message)

        await self.app(scope, receive, send_with_headers)


class HeadAsGet:
    """ASGI middleware: HEAD is answered as GET without the body (RFC 9110 §9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET"}, receive, send_without_body)
