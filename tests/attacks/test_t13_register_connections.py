"""T13 for registers: one place opens connections, and only to what the operator wrote down."""

import ast
from pathlib import Path
from time import monotonic
from uuid import uuid4

import pytest

from keys.codes.citizen import make_citizen_number
from tests.conftest import NOW
from tests.unit.trust.persons.registers.server import CHANNEL, saying, serving
from trust.persons.documents import parse_document
from trust.persons.errors import ChannelConfigurationWrong
from trust.persons.person import make_person
from trust.persons.registers.answer import Failure
from trust.persons.registers.channel import parse_channel
from trust.persons.registers.client import HttpRegister
from trust.persons.registers.http import HttpFetch
from trust.persons.registers.question import person_question

ROOT = Path(__file__).resolve().parents[2]
NETWORK = frozenset(
    {"socket", "http", "httpx", "httpcore", "requests", "urllib3", "aiohttp", "ftplib", "smtplib"}
)
ALLOWED = frozenset({"trust/persons/registers/http.py", "trust/persons/registers/deadline.py"})
NUMBER = make_citizen_number("330106", NOW.date().replace(year=1990), 7)
QUESTION = person_question(make_person("张三", parse_document("citizen_number", NUMBER)))


def network_imports(path: Path) -> set[str]:
    """Network libraries a module imports; `urllib.parse` opens nothing."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return {name for name in names if name.split(".")[0] in NETWORK or name == "urllib.request"}


def test_no_other_module_of_people_opens_connections() -> None:
    modules = (ROOT / "trust" / "persons").rglob("*.py")
    found = {str(path.relative_to(ROOT)) for path in modules if network_imports(path)}
    assert found == ALLOWED


@pytest.mark.parametrize(
    "location", ["http://127.0.0.1:{port}/", "http://169.254.169.254/latest/", "file:///etc/passwd"]
)
def test_a_register_cannot_send_us_elsewhere(location: str) -> None:
    with serving(saying({})) as inner:
        away = (("Location", location.format(port=inner.port)),)
        with serving(saying({}, status=307, headers=away)) as server:
            url = f"http://127.0.0.1:{server.port}/check"
            channel = parse_channel(CHANNEL.format(url=url, timeout=1.0), allow_loopback=True)
            register = HttpRegister(channel, HttpFetch(channel, monotonic), lambda _seconds: None)
            answer = register.ask(QUESTION, uuid4())
        assert inner.seen == []
    assert answer.failure is Failure.STATUS


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(saying({})) as proxy, serving(saying({"result": {}})) as server:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        url = f"http://127.0.0.1:{server.port}/check"
        channel = parse_channel(CHANNEL.format(url=url, timeout=1.0), allow_loopback=True)
        HttpRegister(channel, HttpFetch(channel, monotonic), lambda _seconds: None).ask(QUESTION, uuid4())
        assert (len(proxy.seen), len(server.seen)) == (0, 1)


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://0x7f.1/",
        "http://[::ffff:127.0.0.1]/",
        "http://2130706433/",
        "http://localhost/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_",
        "https://register.example.cn@127.0.0.1/",
        "//127.0.0.1/",
        "https://",
        "https://[::1",
    ],
)
def test_an_address_that_is_not_https_is_no_channel_even_for_demonstrations(url: str) -> None:
    with pytest.raises(ChannelConfigurationWrong):
        parse_channel(CHANNEL.format(url=url, timeout=1.0), allow_loopback=True)
