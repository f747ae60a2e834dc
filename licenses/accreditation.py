"""Who may issue what, where and when (证照签发授权).

X.509 decides whose key it is; this list decides what the key's owner may do with it (DESIGN §2). Both are
judged at the time of issue: a department that loses its right tomorrow has still issued rightly today. A
license tells only its day of issue (`licenses.credential`): a right counts for the whole day it begins on.

Does not check: where the list came from. `licenses.trust_list` brings it from a node, later trust marks will.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from keys.codes.region import is_within, parse_region
from keys.errors import RegionUnknown
from licenses.errors import NotAccredited

ONE_DAY = timedelta(days=1)
WHOLE_COUNTRY = "000000"
"""The region of a ministry."""


@dataclass(frozen=True, slots=True)
class Accreditation:
    """One grant: this body may issue these license types in this region during this time."""

    credit_code: str
    """统一社会信用代码 of the issuing body, 18 characters (GB 32100)."""
    name: str
    license_types: frozenset[str]
    """Identifiers of `licenses.catalogue`; an empty set grants nothing."""
    region: str
    """GB/T 2260 code, six digits, of the region the body acts in."""
    valid_from: datetime
    valid_until: datetime
    """First moment at which the grant no longer holds."""

    def covers(self, license_type: str, issued_at: datetime) -> bool:
        """Whether a license with this `iat` (00:00 of its day, China) is within the grant."""
        begun = self.valid_from < issued_at + ONE_DAY
        return license_type in self.license_types and begun and issued_at < self.valid_until


def region_within(inner: str, outer: str) -> bool:
    """Whether region `inner` is `outer` or lies in it (GB/T 2260). `000000` is the whole country.

    What is no region lies nowhere.
    """
    if inner == outer == WHOLE_COUNTRY:
        return True
    try:
        return bool(parse_region(inner)) if outer == WHOLE_COUNTRY else is_within(inner, outer)
    except RegionUnknown:
        return False


@dataclass(frozen=True, slots=True)
class Standing:
    """The answer: the grant that covers, or why none does."""

    grant: Accreditation | None
    reason: str
    reason_zh: str

    @property
    def accredited(self) -> bool:
        return self.grant is not None


def judge(
    grants: Iterable[Accreditation], credit_code: str, license_type: str, issued_at: datetime
) -> Standing:
    """Whether a body had the right to issue a type on the day that begins at `issued_at`.

    An empty list accredits nobody.
    """
    own = [grant for grant in grants if grant.credit_code == credit_code]
    if not own:
        return Standing(
            None,
            "The issuer is not on the list of departments that may issue licenses.",
            "签发机关不在有权签发证照的部门名单内。",
        )
    of_type = [grant for grant in own if license_type in grant.license_types]
    if not of_type:
        return Standing(
            None,
            f"{own[0].name} may issue licenses, but not of this type.",
            f"{own[0].name}无权签发此类证照。",
        )
    for grant in of_type:
        if grant.covers(license_type, issued_at):
            return Standing(
                grant,
                f"{grant.name} had the right to issue this type of license on the day of issue.",
                f"{grant.name}在签发之日有权签发此类证照。",
            )
    return Standing(
        None,
        f"{of_type[0].name} had no right to issue this type of license on the day of issue.",
        f"{of_type[0].name}在签发之日不具有签发此类证照的权限。",
    )


def require(
    grants: Iterable[Accreditation], credit_code: str, license_type: str, issued_at: datetime
) -> Accreditation:
    """The grant that covers this issue. Raises NotAccredited with the reason in words."""
    standing = judge(grants, credit_code, license_type, issued_at)
    if standing.grant is None:
        raise NotAccredited(standing.reason, standing.reason_zh)
    return standing.grant
