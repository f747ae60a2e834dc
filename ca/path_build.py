"""From a certificate to an anchor: path building and RFC 5280 §6.1, by pyhanko-certvalidator (CA-7).

What is decided here does not depend on revocation: signatures, validity periods at one moment, names and
name constraints, basic constraints, key usage, policies, critical extensions. Revocation is
`ca/path_revocation.py`.

The validator is asynchronous for the sake of fetching. We never fetch, so its coroutines never wait and are
driven to their end right here: no event loop, and no trouble inside somebody else's.
"""

from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.errors import (
    ExpiredError,
    NotYetValidError,
    PathBuildingError,
    PathValidationError,
    ValidationError,
)
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import NO_REVOCATION, CertRevTrustPolicy
from pyhanko_certvalidator.validate import async_validate_path

MAX_PATHS = 16
"""Cross-certified intermediates multiply; nobody needs more than a handful of ways to an anchor."""

T = TypeVar("T")


class PathProblem(StrEnum):
    """Why there is no valid path, from the weakest statement to the strongest."""

    NO_ANCHOR = "no_anchor"
    UNREADABLE = "unreadable"
    REFUSED = "refused"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class BuiltPath:
    """A path that holds whenever `valid_from` ≤ moment ≤ `valid_until`, revocation aside."""

    chain: tuple[x509.Certificate, ...]
    """The certificate first, the anchor last; a single one when the certificate is itself an anchor."""
    valid_from: datetime
    valid_until: datetime


def build_path(
    certificate: x509.Certificate,
    anchors: Sequence[x509.Certificate],
    intermediates: Sequence[x509.Certificate],
    at: datetime,
) -> BuiltPath | PathProblem:
    """The first path to an anchor that is valid at a moment, or the strongest reason why there is none.

    Does not check: revocation, and whether the certificate may be used for what it was used for.
    """
    known = {_der(one): one for one in (certificate, *intermediates, *anchors)}
    if not anchors:
        return PathProblem.NO_ANCHOR
    try:
        context = _context(anchors, intermediates, at)
        leaf = asn1_x509.Certificate.load(_der(certificate), strict=True)
        candidates = _driven(_collect(context, leaf))
    except PathBuildingError:
        return PathProblem.NO_ANCHOR
    except _FOREIGN:
        return PathProblem.UNREADABLE
    problems = [PathProblem.NO_ANCHOR]
    for path in candidates:
        problem = _problem_of(context, path)
        if problem is None:
            chain = tuple(known[one.dump()] for one in reversed(list(path.iter_certs(include_root=True))))
            problem = _anchor_problem(chain[-1], at)
            if problem is None:
                return _window(chain)
        problems.append(problem)
    return max(problems, key=_STRENGTH.index)


_STRENGTH = tuple(PathProblem)
_FOREIGN = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    NotImplementedError,
    OverflowError,
    RecursionError,
    ValidationError,
)
"""What the validator and asn1crypto raise on certificates they cannot digest."""


def _context(
    anchors: Sequence[x509.Certificate], intermediates: Sequence[x509.Certificate], at: datetime
) -> ValidationContext:
    return ValidationContext(
        trust_roots=[asn1_x509.Certificate.load(_der(one)) for one in anchors],
        other_certs=[asn1_x509.Certificate.load(_der(one)) for one in intermediates],
        moment=at,
        allow_fetching=False,
        revinfo_policy=CertRevTrustPolicy(NO_REVOCATION),
        time_tolerance=timedelta(0),
    )


async def _collect(context: ValidationContext, leaf: asn1_x509.Certificate) -> list[ValidationPath]:
    found = []
    async for path in context.path_builder.async_build_paths_lazy(leaf):
        found.append(path)
        if len(found) == MAX_PATHS:
            break
    return found


def _problem_of(context: ValidationContext, path: ValidationPath) -> PathProblem | None:
    try:
        _driven(async_validate_path(context, path))
    except ExpiredError:
        return PathProblem.EXPIRED
    except NotYetValidError:
        return PathProblem.NOT_YET_VALID
    except PathValidationError:
        return PathProblem.REFUSED
    except _FOREIGN:
        return PathProblem.UNREADABLE
    return None


def _anchor_problem(anchor: x509.Certificate, at: datetime) -> PathProblem | None:
    # RFC 5280 leaves the anchor's own period alone; OpenSSL and people do not, and neither do we.
    if at < anchor.not_valid_before_utc:
        return PathProblem.NOT_YET_VALID
    return PathProblem.EXPIRED if at > anchor.not_valid_after_utc else None


def _window(chain: tuple[x509.Certificate, ...]) -> BuiltPath:
    return BuiltPath(
        chain,
        max(one.not_valid_before_utc for one in chain),
        min(one.not_valid_after_utc for one in chain),
    )


def _driven(coroutine: Coroutine[Any, Any, T]) -> T:
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    coroutine.close()
    raise NotImplementedError("the validator tried to wait for something")


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
