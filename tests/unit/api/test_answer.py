"""From a report to what a clerk reads: one word, one sentence, what to do, and nothing personal."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from api.i18n import Language, Words, load_messages
from api.pages.answer import Answer, Subject, answer_of
from api.pages.facts import facts_of
from api.pages.questions import questions
from keys.report import (
    ArtifactKind,
    Changes,
    Check,
    Cryptography,
    Outcome,
    Report,
    SignatureReport,
    Trust,
)
from licenses.catalogue import load_catalogue

NOW = datetime(2026, 11, 22, 1, 41, tzinfo=UTC)
CATALOGUE = load_catalogue()
ZH = Words(Language.ZH, load_messages())
EN = Words(Language.EN, load_messages())
LICENSE: Mapping[str, Any] = {
    "identifier": "1.2.156.3005.2.X",
    "license_type": "business-license",
    "name": "营业执照",
    "issuer": {"name": "浙江省市场监督管理局", "code": "11330000MB0000000X", "region": "330000"},
    "holder": {"name": "杭州青禾有限公司", "code_type": "001", "code": "91330100XYXY000008"},
    "claims": {"legal_representative": "张*", "registered_capital": "5000000.00"},
    "issued_on": "2024-03-01",
    "valid_from": "2024-03-01",
    "valid_until": None,
    "status": "valid",
}
PASSED = Check("signature", Outcome.PASS, "Signed.", "已签名。")
FAILED = Check("status", Outcome.FAIL, "It is suspended.", "该证照已被暂扣。")
OPEN = Check("accreditation", Outcome.UNKNOWN, "Nobody knows.", "没有名单可核对。")
IDLE = Check("holder_binding", Outcome.NOT_APPLICABLE, "Not bound.", "未绑定。")


def draw(*checks: Check, words: Words = ZH, kind: ArtifactKind = ArtifactKind.PDF, **more: Any) -> Answer:
    report = Report.of(kind, checks, as_of=NOW, **more)
    return answer_of(
        report,
        subject=Subject.of(b"x"),
        catalogue=CATALOGUE,
        words=words,
        node_url="https://zj.example",
        now=NOW,
    )


def test_a_valid_license_says_who_where_unchanged_status_and_as_of_when() -> None:
    answer = draw(PASSED, license=LICENSE)
    assert answer.word == "有效"
    assert answer.sentence == (
        "由浙江省市场监督管理局签发，浙江省。签发后未被改动。截至2026年11月22日 09:41，状态为“有效”。"
    )
    assert draw(PASSED, license=LICENSE, words=EN).sentence == (
        "Issued by 浙江省市场监督管理局, 浙江省. Unchanged since it was issued. "
        "Status as of 22 November 2026, 09:41 (UTC+8): valid."
    )


@pytest.mark.parametrize("kind", [ArtifactKind.NUMBER, ArtifactKind.QR])
def test_a_number_or_a_printed_code_never_says_unchanged(kind: ArtifactKind) -> None:
    assert "未被改动" not in draw(PASSED, license=LICENSE, kind=kind).sentence


def test_an_invalid_answer_says_the_reason_and_what_to_do() -> None:
    answer = draw(PASSED, OPEN, FAILED, license=LICENSE)
    assert (answer.word, answer.sentence) == ("无效", "该证照已被暂扣。请勿采信。")
    assert answer.steps == (questions()["status"].advice_zh,)
    assert answer.codes == "accreditation, status"
    assert not answer.facts_proven
    assert "有效" not in [fact.value for fact in answer.facts]


def test_an_open_answer_is_never_called_false_nor_valid() -> None:
    answer = draw(PASSED, OPEN)
    assert answer.word == "无法判定"
    assert answer.sentence == "没有名单可核对。这不表示文件是假的，但也不能当作有效使用。"


def test_failed_checks_come_first_and_idle_ones_are_put_away() -> None:
    answer = draw(PASSED, IDLE, OPEN, FAILED)
    assert [line.outcome for line in answer.checks] == ["fail", "unknown", "pass"]
    assert [line.outcome for line in answer.every_check] == ["fail", "unknown", "pass", "not_applicable"]


def test_what_passed_is_gathered_by_topic_and_a_topic_with_a_fault_is_not_called_good() -> None:
    valid = Check("validity", Outcome.PASS, "In time.", "在有效期内。")
    right = Check("accreditation", Outcome.PASS, "X may.", "某局有权签发。")
    lines = draw(PASSED, right, valid, license=LICENSE).checks
    assert [(line.title, line.why) for line in lines] == [
        (ZH("topic.intact"), ""),
        (ZH("topic.issuer"), "某局有权签发。"),
        (ZH("topic.standing"), ""),
    ]
    clouded = draw(PASSED, valid, FAILED, license=LICENSE).checks
    assert ZH("topic.standing") not in [line.title for line in clouded]


def test_a_check_this_program_does_not_know_still_shows_its_reason() -> None:
    answer = draw(Check("from_the_future", Outcome.FAIL, "Why.", "原因。"))
    assert (answer.checks[0].title, answer.checks[0].why) == ("原因。", "")


def test_a_sealed_document_without_a_license_names_its_signer() -> None:
    signature = SignatureReport(
        "Seal1",
        "某局",
        Cryptography.INTACT,
        Changes.NONE,
        Trust.TRUSTED,
        NOW,
        "timestamp",
        "PAdES-B-T",
    )
    answer = draw(PASSED, signatures=(signature,))
    assert answer.sentence.startswith("由某局签章")
    assert answer.signatures[0].detail == "签署时间 2026年11月22日 09:41，时间戳证明"


@pytest.mark.parametrize(
    ("cryptography", "changes", "trust", "outcome"),
    [
        (Cryptography.BROKEN, Changes.NONE, Trust.TRUSTED, "fail"),
        (Cryptography.INTACT, Changes.FORBIDDEN, Trust.TRUSTED, "fail"),
        (Cryptography.INTACT, Changes.NONE, Trust.UNTRUSTED, "fail"),
        (Cryptography.UNKNOWN, Changes.NONE, Trust.TRUSTED, "unknown"),
        (Cryptography.INTACT, Changes.UNKNOWN, Trust.TRUSTED, "unknown"),
        (Cryptography.INTACT, Changes.NONE, Trust.UNKNOWN, "unknown"),
        (Cryptography.INTACT, Changes.EXTENSION, Trust.TRUSTED, "pass"),
    ],
)
def test_the_worst_axis_of_a_signature_decides_its_word(
    cryptography: Cryptography, changes: Changes, trust: Trust, outcome: str
) -> None:
    one = SignatureReport("S", "x", cryptography, changes, trust, None, "none", "PAdES-B-B")
    assert draw(PASSED, signatures=(one,)).signatures[0].outcome == outcome


def test_the_receipt_is_the_report_with_the_digest_of_what_was_verified() -> None:
    answer = draw(PASSED, license=LICENSE)
    receipt = json.loads(base64.b64decode(answer.receipt_href.partition(",")[2]))
    assert receipt["subject"] == {"sha256": Subject.of(b"x").sha256, "octets": 1}
    assert receipt["verified_at"] == "2026-11-22T01:41:00Z"
    assert receipt["report"]["license"] == LICENSE
    assert answer.masked


def test_facts_follow_the_catalogue_and_name_what_was_not_shown() -> None:
    facts = {fact.label: fact for fact in facts_of(LICENSE, CATALOGUE, ZH)}
    assert facts["名称"].value == "杭州青禾有限公司"
    assert facts["注册资本"].value == "5,000,000.00 元\n人民币伍佰万元整"
    assert facts["经营范围"].value == "持证人未出示"
    assert facts["有效期"].value == "2024年3月1日 至 长期"
    assert facts["地区"].value == "浙江省"


@pytest.mark.parametrize(
    "license_",
    [
        {},
        {"license_type": "nobody-knows", "claims": {"secret": "x"}, "name": "某证"},
        {"license_type": 7, "issuer": "x", "holder": [], "claims": "x", "valid_from": 3},
        {"issuer": {"name": None, "region": "999999"}, "holder": {"code": "x"}},
    ],
)
def test_a_strange_license_is_drawn_without_inventing_anything(license_: Mapping[str, Any]) -> None:
    facts = facts_of(license_, CATALOGUE, ZH)
    assert all(fact.value != "x" or fact.label == "持证主体代码" for fact in facts)
    assert draw(PASSED, license=license_).sentence
