"""What tests are made of: a moment, codes, a record, things that are slow to make and never change."""

import copy
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from keys.codes.credit import make_credit_code
from licenses.catalogue import Catalogue, load_catalogue
from licenses.content import china_day, start_of_day
from licenses.document import DocumentPress
from licenses.record import LicenseRecord, record_from_json
from seal.picture import Face, Picture, draw

NOW = datetime(2026, 11, 22, 1, 41, tzinfo=UTC)
TODAY = datetime.fromtimestamp(start_of_day(china_day(NOW)), UTC)
BUSINESS = "business-license"
BUREAU = make_credit_code("330000", department="1", category="1", body="MB000123")
COMPANY = make_credit_code("330106", department="9", category="1", body="MA123456")


@cache
def the_catalogue() -> Catalogue:
    return load_catalogue()


@cache
def the_press() -> DocumentPress:
    return DocumentPress()


@cache
def the_picture(name: str) -> Picture:
    return draw(Face(name, Decimal(42), demonstration=True))


def a_record(issuer: str = BUREAU, **changes: Any) -> LicenseRecord:
    """A good business license; `claims` in `changes` replaces single claims."""
    record: dict[str, Any] = {
        "license_type": BUSINESS,
        "issuer": issuer,
        "holder": {"name": "杭州青禾软件有限公司", "code_type": "001", "code": COMPANY},
        "claims": {
            "entity_type": "有限责任公司",
            "legal_representative": "陆清扬",
            "registered_capital": "5000000.00",
            "established_on": "2021-03-18",
            "address": "杭州市西湖区文三路1号",
            "business_scope": "软件开发；信息技术咨询服务。",
        },
        "valid_from": "2021-03-18",
        "valid_until": "2041-03-17",
    }
    claims = changes.pop("claims", {})
    record = copy.deepcopy(record) | changes
    record["claims"] |= claims
    return record_from_json(record, the_catalogue())


def day(text: str) -> date:
    return date.fromisoformat(text)
