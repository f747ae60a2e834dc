"""The rules a record must keep, in the order a clerk reads a form. One rule, one function, one citation.

A rule yields every `Problem` it finds and never repeats a value: a refusal may be shown and logged.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keys.codes.credit import parse_credit_code
from keys.errors import XinzhengError
from licenses.catalogue import LicenseType
from licenses.claims import parse_date, wrong_text, wrong_value
from licenses.errors import Problem
from licenses.holder import CODE_TYPES, LONGEST_NAME, wrong_holder_code


@dataclass(frozen=True, slots=True)
class Submitted:
    """A record whose shape is right and whose content nobody has judged yet."""

    license_type: str
    issuer: str
    holder_name: str
    holder_code_type: str
    holder_code: str
    claims: Mapping[str, Any]
    valid_from: str
    valid_until: str | None


Finding = tuple[str, str, str]
"""Field, detail, detail in Chinese."""


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    citation: str
    find: Callable[[Submitted, LicenseType], Iterator[Finding]]


def check_rules(
    rules: Sequence[Rule], submitted: Submitted, license_type: LicenseType
) -> tuple[Problem, ...]:
    """Every problem of every rule, in order. Raises ValueError for an empty rule list: no rules is not "all
    good"."""
    if not rules:
        raise ValueError("a record is never judged by an empty list of rules")
    return tuple(
        Problem(rule.name, field, detail, detail_zh)
        for rule in rules
        for field, detail, detail_zh in rule.find(submitted, license_type)
    )


def _issuer_is_a_credit_code(submitted: Submitted, _: LicenseType) -> Iterator[Finding]:
    try:
        parse_credit_code(submitted.issuer)
    except XinzhengError as error:
        yield (
            "issuer",
            f"The issuer's credit code is wrong: {error.detail}",
            f"颁发机构代码有误：{error.detail_zh}",
        )


def _holder_name_can_be_printed(submitted: Submitted, license_type: LicenseType) -> Iterator[Finding]:
    if wrong := wrong_text(submitted.holder_name, LONGEST_NAME):
        label = license_type.holder_label
        yield "holder.name", f"{label.en} (holder) {wrong.en}", f"“{label.zh}”{wrong.zh}"


def _holder_code_type_is_allowed(submitted: Submitted, license_type: LicenseType) -> Iterator[Finding]:
    if submitted.holder_code_type not in license_type.holder_code_types:
        allowed = license_type.holder_code_types
        yield (
            "holder.code_type",
            "A holder of this license is named by: " + ", ".join(f"{c} {CODE_TYPES[c].en}" for c in allowed),
            f"“{license_type.name.zh}”的持证主体代码类型应为："
            + "、".join(f"{c}{CODE_TYPES[c].zh}" for c in allowed),
        )


def _holder_code_is_right(submitted: Submitted, _: LicenseType) -> Iterator[Finding]:
    kind = CODE_TYPES.get(submitted.holder_code_type)
    if kind is None:
        return
    if wrong := wrong_holder_code(submitted.holder_code_type, submitted.holder_code):
        yield "holder.code", f"The holder's {kind.en} {wrong.en}", f"持证主体的{kind.zh}{wrong.zh}"


def _no_claim_is_missing(submitted: Submitted, license_type: LicenseType) -> Iterator[Finding]:
    for claim in license_type.claims:
        if claim.mandatory and claim.name not in submitted.claims:
            yield f"claims.{claim.name}", f"“{claim.label.en}” is missing", f"缺少必填项“{claim.label.zh}”"


def _no_claim_is_unknown(submitted: Submitted, license_type: LicenseType) -> Iterator[Finding]:
    if any(license_type.claim(name) is None for name in submitted.claims):
        known = ", ".join(claim.name for claim in license_type.claims)
        yield (
            "claims",
            f"The record has a claim that a {license_type.name.en} does not print; known are: {known}",
            f"证照数据中有“{license_type.name.zh}”没有的信息项；可用信息项为：{known}",
        )


def _every_claim_fits_its_kind(submitted: Submitted, license_type: LicenseType) -> Iterator[Finding]:
    for claim in license_type.claims:
        if claim.name not in submitted.claims:
            continue
        if wrong := wrong_value(claim, submitted.claims[claim.name]):
            yield f"claims.{claim.name}", f"“{claim.label.en}” {wrong.en}", f"“{claim.label.zh}”{wrong.zh}"


def _dates_are_dates(submitted: Submitted, _: LicenseType) -> Iterator[Finding]:
    if parse_date(submitted.valid_from) is None:
        yield (
            "valid_from",
            "The first day of validity is not a real date (YYYY-MM-DD)",
            "有效期起始不是真实日期",
        )
    if submitted.valid_until is not None and parse_date(submitted.valid_until) is None:
        yield (
            "valid_until",
            "The last day of validity is not a real date (YYYY-MM-DD)",
            "有效期截止不是真实日期",
        )


def _end_is_not_before_start(submitted: Submitted, _: LicenseType) -> Iterator[Finding]:
    start = parse_date(submitted.valid_from)
    end = parse_date(submitted.valid_until)
    if start and end and end < start:
        yield "valid_until", "The license would end before it starts", "有效期截止早于有效期起始"


def _end_is_given_where_the_type_wants_one(
    submitted: Submitted, license_type: LicenseType
) -> Iterator[Finding]:
    if submitted.valid_until is None and not license_type.open_ended:
        yield (
            "valid_until",
            f"A {license_type.name.en} needs a last day of validity",
            f"“{license_type.name.zh}”必须填写有效期截止日期，不能为长期",
        )


RULES: tuple[Rule, ...] = (
    Rule("issuer_code", "GB 32100-2015 §4", _issuer_is_a_credit_code),
    Rule("holder_name", "GB/T 36903-2018 持证主体", _holder_name_can_be_printed),
    Rule("holder_code_type", "GB/T 36903-2018 app. A", _holder_code_type_is_allowed),
    Rule("holder_code", "GB 11643-1999 §4; GB 32100-2015 §4", _holder_code_is_right),
    Rule("claim_missing", "GB/T 36902 信息项", _no_claim_is_missing),
    Rule("claim_unknown", "GB/T 36902 信息项", _no_claim_is_unknown),
    Rule("claim_kind", "GB/T 36903-2018 值域", _every_claim_fits_its_kind),
    Rule("dates", "GB/T 7408-2005 §5.2.1.1", _dates_are_dates),
    Rule("end_before_start", "GB/T 36903-2018 有效期", _end_is_not_before_start),
    Rule("end_missing", "GB/T 36903-2018 有效期", _end_is_given_where_the_type_wants_one),
)
