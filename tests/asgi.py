"""A synchronous client of an ASGI app in this process: httpx over an event loop that lives as long."""

import asyncio
from typing import Any

import httpx
from fastapi import FastAPI


class AsgiClient:
    """The methods of `httpx.Client` that the tests use. A fault inside the app comes out as its blank 500."""

    def __init__(self, app: FastAPI, *, base_url: str = "http://node.test") -> None:
        self._app = app
        self._runner = asyncio.Runner()
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url=base_url)

    def request(self, method: str, address: str, **more: Any) -> httpx.Response:
        return self._runner.run(self._client.request(method, address, **more))

    def get(self, address: str, **more: Any) -> httpx.Response:
        return self.request("GET", address, **more)

    def post(self, address: str, **more: Any) -> httpx.Response:
        return self.request("POST", address, **more)

    def close(self) -> None:
        self._runner.run(self._client.aclose())
        self._app.state.verifier.close()
        self._runner.close()
