"""The one way this node calls an address that somebody else chose (T13), such as that of a logout message.

https only, to public addresses only: the name is resolved once, every address it has must be public, and the
connection goes to the very address that was checked (a name that resolves differently a moment later changes
nothing). No redirects, no proxies, no cookies, bounded time and size. With `local_names` (a node on http, for
trying things out) http to `localhost` and names under it is allowed, and goes to the loopback address.
"""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from api.errors import Unreachable

TIMEOUT_S = 5.0
LARGEST_ANSWER = 64 * 1024


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect, and as whom to address it."""

    url: httpx.URL
    host: str


def post_form(uri: str, fields: dict[str, str], *, local_names: bool = False) -> int:
    """POST a form; the status of the answer. Raises: Unreachable."""
    return _call(uri, fields, local_names=local_names)


def target_of(uri: str, *, local_names: bool) -> Target:
    """Resolve and judge an address. Raises: Unreachable."""
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _refused() from None
    local = local_names and (host == "localhost" or host.endswith(".localhost"))
    if (
        not host
        or parts.username is not None
        or not (parts.scheme == "https" or (local and parts.scheme == "http"))
    ):
        raise _refused()
    address = "127.0.0.1" if local else _public_address(host, port or 443)
    literal = f"[{address}]" if ":" in address else address
    place = literal if port is None else f"{literal}:{port}"
    query = f"?{parts.query}" if parts.query else ""
    return Target(httpx.URL(f"{parts.scheme}://{place}{parts.path or '/'}{query}"), parts.netloc)


def _public_address(host: str, port: int) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise _refused() from None
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not all(_is_public(one) for one in addresses):
        raise _refused()
    return addresses[0]


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None) or address
    return bool(inner.is_global) and not inner.is_multicast and bool(address.is_global)


def _call(uri: str, fields: dict[str, str], *, local_names: bool) -> int:
    target = target_of(uri, local_names=local_names)
    name = target.host.rpartition("@")[2].rsplit(":", 1)[0].strip("[]")
    try:
        with (
            httpx.Client(timeout=TIMEOUT_S, trust_env=False, follow_redirects=False) as client,
            client.stream(
                "POST",
                target.url,
                data=fields,
                headers={"host": target.host, "accept-encoding": "identity"},
                extensions={"sni_hostname": name},
            ) as answer,
        ):
            _drain(answer)
            return answer.status_code
    except httpx.HTTPError as error:
        raise Unreachable(log_only=type(error).__name__) from None


def _drain(answer: httpx.Response) -> None:
    """Nothing of the answer is used; one that does not end is given up."""
    octets = 0
    for chunk in answer.iter_raw():
        octets += len(chunk)
        if octets > LARGEST_ANSWER:
            raise _refused()


def _refused() -> Unreachable:
    return Unreachable("This address is not one the node may call.", "该地址不允许由本节点访问。")
