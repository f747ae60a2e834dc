"""Sentences that name a signature by its field, never by its signer: reasons may be logged, names may not.

A change is told as a clerk would: what was changed, and on which page. Its path in the file stands in the
report for machines (`seal.verification.etsi_report`).
"""

import re
from collections.abc import Mapping
from typing import Protocol

from seal.verification.changes import Change, Kind

_PAGE = re.compile(r"Page\[(\d+)\]")
_WHAT: Mapping[Kind, tuple[str, str]] = {
    Kind.VALIDATION_DATA: ("validation data was added", "加入了验证数据"),
    Kind.TIMESTAMP: ("a time-stamp was added", "加盖了时间戳"),
    Kind.METADATA: ("its description was changed", "文件说明信息被改动"),
    Kind.SIGNATURE: ("somebody else signed", "另有签名"),
    Kind.SIGNATURE_FIELD: ("a signature field was added", "加入了签名域"),
    Kind.VISIBLE_SIGNATURE_FIELD: ("a visible signature field was added", "加入了可见的签名域"),
    Kind.FORM_FILL: ("a form field was filled in", "表单域被填写"),
    Kind.FORM_DEFAULTS: ("the settings of the form were changed", "表单设置被改动"),
    Kind.APPEARANCE: (
        "a field was made to look different although its value is the same",
        "某表单域的值未变，显示的内容却被换掉",
    ),
    Kind.FORM_FIELD: ("a form field was added, taken away or redefined", "表单域被增加、删除或重新定义"),
    Kind.ANNOTATION: ("a comment was added", "加入了批注"),
    Kind.OVERLAY: (
        "something was laid over the document, or taken from it",
        "文档上被覆盖或移除了批注类内容",
    ),
    Kind.STRUCTURE: ("the structure of the text was extended", "文档结构被扩充"),
    Kind.CONTENT: ("the content was changed", "内容被改动"),
    Kind.UNREADABLE: ("a part cannot be compared", "有内容无法比对"),
    Kind.STRAY: (
        "data was appended that some readers show and others do not",
        "附加了数据，有的阅读软件会显示，有的不会",
    ),
    Kind.RENDERING: ("a page looks different", "页面显示的样子被改变"),
}


class _HasEvidence(Protocol):
    @property
    def evidence(self) -> "_HasField": ...


class _HasField(Protocol):
    @property
    def field(self) -> str: ...


def say(detail: _HasEvidence, reason: str, reason_zh: str) -> tuple[str, str]:
    """A reason with the field it is about, English and Chinese."""
    field = detail.evidence.field[:60] or "?"
    return f"Signature “{field}”: {reason.rstrip('.')}.", f"签名“{field}”：{reason_zh.rstrip('。')}。"


def what_changed(change: Change | None) -> tuple[str, str]:
    """One change in words, English and Chinese; without one, that something was changed."""
    if change is None:
        return "the document was changed", "文档被改动"
    english, chinese = _WHAT[change.kind]
    found = _PAGE.search(change.where)
    page = change.page if change.page >= 0 else int(found.group(1)[:6]) if found else -1
    return (f"{english} (page {page + 1})", f"第 {page + 1} 页{chinese}") if page >= 0 else (english, chinese)
