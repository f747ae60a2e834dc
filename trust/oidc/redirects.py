"""Redirect addresses: which may be registered, and whether a request names one of them (T2).

RFC 9700 §2.1 and §4.1: exact string comparison, no patterns, no normalization. The one exception is the
port of a loopback address of a native application (RFC 8252 §7.3). Post-logout addresses follow the same
rule.
"""

import re
from collections.abc import Iterable
from urllib.parse import urlencode, urlsplit

from trust.errors import ClientRefused

_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?")
_HTTPS = re.compile(
    r"https://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(:[1-9][0-9]{0,4})?(/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?(\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?"
)
_PRIVATE_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:/[A-Za-z0-9._~/-]*")
_LOCAL_NAME = re.compile(r"http://([a-z0-9-]+\.)*localhost(:[1-9][0-9]{0,4})?(/[A-Za-z0-9._~/-]*)?")
MAX_URI = 1024


def check_registered_uri(uri: str, *, native: bool, local_names: bool = False) -> None:
    """Raises: ClientRefused unless `uri` is https (of a native application also loopback, private scheme).

    local_names: also http on names under `localhost`, for trying things out (`serve --dev`).
    """
    shapes = [_HTTPS]
    if native:
        shapes += [_LOOPBACK, _PRIVATE_SCHEME]
    if local_names:
        shapes += [_LOCAL_NAME]
    doubtful = len(uri) > MAX_URI or "/../" in uri + "/" or "/./" in uri + "/" or "%2f" in uri.lower()
    if doubtful or not any(shape.fullmatch(uri) for shape in shapes):
        raise ClientRefused(
            "A redirect address must be an absolute https address without user, fragment or dot segments.",
            "回调地址须为完整的 https 地址，不得含用户信息、片段或相对路径段。",
        )


def is_registered(uri: str, registered: Iterable[str], *, native: bool) -> bool:
    """Whether a request may name this address: it is, character for character, one of the registered."""
    known = tuple(registered)
    if uri in known:
        return True
    if not native or not _LOOPBACK.fullmatch(uri):
        return False
    return _without_port(uri) in {_without_port(held) for held in known if _LOOPBACK.fullmatch(held)}


def with_parameters(uri: str, parameters: dict[str, str]) -> str:
    """The address of the answer: the registered query is kept, ours is appended (RFC 6749 §4.1.2)."""
    joint = "&" if urlsplit(uri).query else "" if uri.endswith("?") else "?"
    return f"{uri}{joint}{urlencode(parameters)}"


def _without_port(uri: str) -> str:
    return re.sub(r"^(http://(?:127\.0\.0\.1|\[::1\]))(?::[0-9]{1,5})?", r"\1", uri)
