"""The one table from errors to HTTP: complete, unique, and silent about the inside."""

import importlib
import json
import pkgutil

import pytest

from api.problems import BLANK, PROTOCOL, STATUS, problem_of, problem_response, protocol_problem
from api.refusals import QueueFull
from keys.errors import Kind, XinzhengError

PACKAGES = ("keys", "ca", "seal", "licenses", "trust", "api")


def every_error() -> list[type[XinzhengError]]:
    for package in PACKAGES:
        root = importlib.import_module(package)
        for module in pkgutil.walk_packages(root.__path__, f"{package}."):
            if not module.name.endswith("__main__") and ".migrations." not in module.name:
                importlib.import_module(module.name)
    found: list[type[XinzhengError]] = []
    waiting = [XinzhengError]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting.extend(one.__subclasses__())
    return [one for one in found if one.__module__.partition(".")[0] in PACKAGES]


def test_every_kind_has_a_status() -> None:
    assert set(STATUS) == set(Kind)
    assert all(400 <= status < 600 for status in STATUS.values())


def test_every_error_has_a_code_of_its_own() -> None:
    concrete = [one for one in every_error() if "code" in vars(one)]
    codes = [one.code for one in concrete]
    assert len(codes) > 30
    assert sorted(codes) == sorted(set(codes))


def test_no_protocol_problem_shares_its_code_with_an_error() -> None:
    ours = {one.code for one in every_error()}
    assert not ours & {problem.code for problem in PROTOCOL.values()}


def test_every_error_says_its_title_in_chinese_and_english() -> None:
    for one in every_error():
        assert one.title
        assert any("一" <= character <= "鿿" for character in one.title_zh), one


def test_every_error_inherits_no_code_by_accident() -> None:
    abstract = [one for one in every_error() if "code" not in vars(one)]
    public = [one for one in abstract if not one.__name__.startswith("_")]
    assert all(one.__subclasses__() for one in public), public


@pytest.mark.parametrize("kind", list(Kind))
def test_a_problem_carries_the_words_of_its_error(kind: Kind) -> None:
    error = type(
        "Example", (XinzhengError,), {"code": "example", "kind": kind, "title": "T", "title_zh": "题"}
    )
    problem = problem_of(error("why", "为何", log_only="secret"))
    assert problem.status == STATUS[kind]
    if kind is Kind.INTERNAL:
        assert (problem.detail, problem.detail_zh) == (XinzhengError.title, XinzhengError.title_zh)
    else:
        assert (problem.detail, problem.detail_zh) == ("why", "为何")
    assert b"secret" not in bytes(problem_response(problem).body)


def test_a_problem_is_rfc_9457_json() -> None:
    response = problem_response(problem_of(QueueFull()))
    assert response.media_type == "application/problem+json"
    body = json.loads(bytes(response.body))
    assert body["type"] == "urn:xinzheng:problem:queue_full"
    assert body["status"] == response.status_code == 503
    assert response.headers["retry-after"] == "2"
    assert response.headers["cache-control"] == "no-store"


def test_an_unknown_status_is_answered_with_the_blank_problem() -> None:
    assert protocol_problem(418) == BLANK
    assert BLANK.status == 500
