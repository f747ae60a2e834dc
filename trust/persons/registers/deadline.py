"""One deadline for a whole exchange: connecting, TLS, headers and body together.

httpx limits each read; a register that sends one octet of its headers every second would be waited for
without end. Here every operation on the connection gets only what is left.
"""

import ssl
from collections.abc import Callable, Iterable
from typing import Any

import httpcore


class DeadlineBackend(httpcore.NetworkBackend):
    """Connections that stop working at `end` on the scale of `tick`."""

    def __init__(self, tick: Callable[[], float], end: float) -> None:
        def left() -> float:
            return _left(tick, end)

        self._left = left
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._inner.connect_tcp(host, port, self._left(), local_address, socket_options)
        return _DeadlineStream(stream, self._left)


class _DeadlineStream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, left: Callable[[], float]) -> None:
        self._inner = inner
        self._left = left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._left())
        return _DeadlineStream(inner, self._left)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _left(tick: Callable[[], float], end: float) -> float:
    left = end - tick()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left
