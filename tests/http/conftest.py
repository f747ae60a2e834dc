"""A client of the real app over a real node; one license of the examples where a test wants one."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from api.app import create_app
from api.licensing import Faces
from api.node import Node
from tests.asgi import AsgiClient
from tests.identities import Citizen, make_citizen
from tests.served import issue_example


@pytest.fixture
def app(node: Node) -> FastAPI:
    return create_app(node)


@pytest.fixture
def client(app: FastAPI) -> Iterator[AsgiClient]:
    opened = AsgiClient(app)
    yield opened
    opened.close()


@pytest.fixture
def faces(node: Node) -> Faces:
    return issue_example(node)


@pytest.fixture
def browser(app: FastAPI) -> Iterator[AsgiClient]:
    """A client that keeps cookies, at the node's own address, as the pages of identity need."""
    opened = AsgiClient(app, base_url="https://zj.example")
    yield opened
    opened.close()


@pytest.fixture
def citizen(node: Node) -> Citizen:
    return make_citizen(node)
