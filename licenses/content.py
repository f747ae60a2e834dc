"""What a license says (证照内容): the one value from which its faces are made, so that they cannot disagree.

`LicenseContent.to_claims()` is the plain JSON form. The credential hides parts of it, the page prints it, and
a verifier that has revealed a credential holds the very same mapping again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from licenses.catalogue import LicenseType
from licenses.holder import Holder
from licenses.identifier import LicenseIdentifier
from licenses.record import LicenseRecord

CHINA_TIME = timezone(timedelta(hours=8), "UTC+08:00")
"""A license's dates are days in China, whichever zone the reader is in."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """The department that issues (证照颁发机构)."""

    name: str
    code: str
    """Credit code, GB 32100."""
    region: str
    """GB/T 2260 code, six digits (管辖属地编码)."""


@dataclass(frozen=True, slots=True)
class LicenseContent:
    identifier: LicenseIdentifier
    license_type: LicenseType
    issuer: Issuer
    holder: Holder
    claims: Mapping[str, Any]
    valid_from: date
    valid_until: date | None
    issued_on: date
    """The day of issue in China (颁发日期)."""

    def to_claims(self) -> dict[str, Any]:
        """The claims every face carries, as JSON values."""
        return {
            "identifier": str(self.identifier),
            "license_type": self.license_type.key,
            "name": self.license_type.name.zh,
            "issuer": {"name": self.issuer.name, "code": self.issuer.code, "region": self.issuer.region},
            "holder": {
                "name": self.holder.name,
                "code_type": self.holder.code_type,
                "code": self.holder.code,
            },
            "claims": {name: list(v) if isinstance(v, tuple) else v for name, v in self.claims.items()},
            "issued_on": self.issued_on.isoformat(),
            "valid_from": self.valid_from.isoformat(),
            "valid_until": self.valid_until.isoformat() if self.valid_until else None,
        }


def content_of(
    record: LicenseRecord,
    license_type: LicenseType,
    *,
    identifier: LicenseIdentifier,
    issuer: Issuer,
    issued_on: date,
) -> LicenseContent:
    """Join an accepted record with what the act of issuing adds. Raises ValueError when the parts are not of
    one license: that is a bug of the caller, not an input."""
    if license_type.key != record.license_type or issuer.code != record.issuer:
        raise ValueError("the record names another type or another issuer")
    if identifier.type_code != license_type.national_code or identifier.issuer_code != issuer.code:
        raise ValueError("the identifier names another type or another issuer")
    return LicenseContent(
        identifier=identifier,
        license_type=license_type,
        issuer=issuer,
        holder=record.holder,
        claims=record.claims,
        valid_from=record.valid_from,
        valid_until=record.valid_until,
        issued_on=issued_on,
    )


def china_day(moment: datetime) -> date:
    """The day `moment` (aware) falls on in China."""
    return moment.astimezone(CHINA_TIME).date()


def start_of_day(day: date) -> int:
    """Seconds since the epoch at 00:00 in China."""
    return int(datetime.combine(day, time.min, CHINA_TIME).timestamp())


def end_of_day(day: date) -> int:
    """Seconds since the epoch at 24:00 in China: the first second at which a license valid until `day` is
    not."""
    return start_of_day(day) + 24 * 60 * 60
