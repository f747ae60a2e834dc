"""Builders for tests before a served node: an app, a license with its faces, a server on loopback."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import pypdfium2
import uvicorn
import zxingcpp
from fastapi import FastAPI

from api.app import create_app
from api.licensing import Faces, issue, read_record
from api.node import Node
from licenses.order import IssueOrder

RECORDS = Path(__file__).parents[1] / "examples" / "records"
BUSINESS = "business-license"
ESTATE = "real-estate-ownership"


def issue_example(node: Node, name: str = BUSINESS) -> Faces:
    """One license from a record under examples/, and a snapshot that knows its status."""
    record = read_record(node, (RECORDS / f"{name}.json").read_bytes())
    faces = issue(node, IssueOrder(record, "test", "a test", None))
    node.snapshots.refresh()
    return faces


@lru_cache(maxsize=16)
def printed_address(document: bytes) -> str:
    """The address in the QR code of a printed license, read as a camera would."""
    pdf = pypdfium2.PdfDocument(document)
    page = pdf[0]
    drawn = page.render(scale=3, grayscale=True)
    grey = zxingcpp.ImageFormat.Lum
    pixels = bytes(drawn.buffer)  # the view below does not keep them alive
    image = zxingcpp.ImageView(pixels, drawn.width, drawn.height, grey, drawn.stride)
    (code,) = zxingcpp.read_barcodes(image)
    for one in (drawn, page, pdf):
        one.close()
    return str(code.text)


def free_port() -> int:
    """A port nobody listens on, for a node whose own URL must name it beforehand."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def serving(app: FastAPI, *, port: int = 0) -> Iterator[str]:
    """Serve on a free port of the loopback address, or on `port`; yields the base URL."""
    with socket.create_server(("127.0.0.1", port)) as listening:
        port = listening.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def served_node(folder: Path, now: datetime) -> Iterator[tuple[Node, str]]:
    """Open the node in `folder` at a fixed moment and serve it."""
    node = Node.open(folder, clock=lambda: now)
    try:
        with serving(create_app(node, demo=True)) as url:
            yield node, url
    finally:
        node.close()
