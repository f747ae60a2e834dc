"""What a client may make this node call (T13)."""

import socket
from typing import Any

import pytest

from api.errors import Unreachable
from api.safe_fetch import target_of


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def answer(_host: str, port: int, **_more: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr("api.safe_fetch.socket.getaddrinfo", answer)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.8", "192.168.1.1", "169.254.169.254", "100.64.0.1", "::1", "fd00::1", "0.0.0.0",  # noqa: S104
    
     "::ffff:10.0.0.1", "fe80::1%eth0", "224.0.0.1"],
)  # fmt: skip
def test_names_of_inner_addresses_are_not_called(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    resolving(monkeypatch, address)
    with pytest.raises(Unreachable):
        target_of("https://inner.example/jwks", local_names=False)


def test_one_inner_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "93.184.215.14", "10.0.0.8")
    with pytest.raises(Unreachable):
        target_of("https://both.example/", local_names=False)


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "93.184.215.14")
    target = target_of("https://platform.example:8443/jwks?a=1", local_names=False)
    assert str(target.url) == "https://93.184.215.14:8443/jwks?a=1"
    assert target.host == "platform.example:8443"


@pytest.mark.parametrize(
    "uri",
    ["http://platform.example/", "ftp://platform.example/", "https://user@platform.example/", "https:///x",
     "https://platform.example:99999/", "file:///etc/passwd", "", "http://localhost/", "https://[::1"],
)  # fmt: skip
def test_other_schemes_and_broken_addresses_are_not_called(monkeypatch: pytest.MonkeyPatch, uri: str) -> None:
    resolving(monkeypatch, "93.184.215.14")
    with pytest.raises(Unreachable):
        target_of(uri, local_names=False)


def test_local_names_are_called_on_the_loopback_address_only_when_allowed() -> None:
    target = target_of("http://platform.localhost:9000/logout", local_names=True)
    assert str(target.url) == "http://127.0.0.1:9000/logout"
