"""The transport of register channels: mutual TLS, one deadline, no redirect, no proxy of the environment.

It stands on httpcore, the engine of httpx, because only there a deadline can hold for the headers too. Every
query has a connection of its own. An address is the operator's own configuration (it usually lies in the
government's private network), never anything a client or a document names; those go through the node's
`safe_fetch` (T13).
"""

import ssl
from collections.abc import Callable, Iterable

import httpcore

from trust.persons.errors import ChannelConfigurationWrong
from trust.persons.registers.answer import Failure
from trust.persons.registers.channel import Channel
from trust.persons.registers.deadline import DeadlineBackend
from trust.persons.registers.transport import NotAnswered, Request, Response


class HttpFetch:
    """Carries the requests of one channel. `tick` gives seconds that only ever grow."""

    def __init__(self, channel: Channel, tick: Callable[[], float]) -> None:
        """Raises: ChannelConfigurationWrong when a TLS file cannot be used."""
        self._tick = tick
        self._tls = _tls(channel)

    def __call__(self, request: Request) -> Response:
        """Raises: NotAnswered."""
        backend = DeadlineBackend(self._tick, self._tick() + request.timeout_seconds)
        headers = {**request.headers, "Accept-Encoding": "identity", "User-Agent": "xinzheng"}
        try:
            with (
                httpcore.ConnectionPool(ssl_context=self._tls, network_backend=backend) as pool,
                pool.stream(
                    "POST", request.url, headers=list(headers.items()), content=request.body
                ) as response,
            ):
                return Response(response.status, _read(response.iter_stream(), request.largest))
        except httpcore.TimeoutException:
            raise NotAnswered(Failure.TIMEOUT) from None
        except (
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.UnsupportedProtocol,
            ssl.SSLError,
            OSError,
            UnicodeError,
        ):
            raise NotAnswered(Failure.UNREACHABLE) from None


def _read(parts: Iterable[bytes], largest: int) -> bytes:
    """The raw body: an encoding nobody asked for is not unpacked, so that a small bomb stays small."""
    body = bytearray()
    for part in parts:
        body += part
        if len(body) > largest:
            raise NotAnswered(Failure.TOO_LARGE)
    return bytes(body)


def _tls(channel: Channel) -> ssl.SSLContext:
    """TLS 1.2 or later, host name checked; only the authorities named, when some are named."""
    try:
        context = ssl.create_default_context(cafile=channel.tls.authorities)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if channel.tls.certificate is not None:
            context.load_cert_chain(channel.tls.certificate, channel.tls.key)
    except (OSError, ssl.SSLError):
        raise ChannelConfigurationWrong(
            f"A TLS file of channel {channel.name} cannot be used.",
            f"渠道 {channel.name} 的 TLS 文件不可用。",
        ) from None
    return context
