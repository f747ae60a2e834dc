"""The `license` of a report: what the license says, with personal data masked (DESIGN §9).

Every entry point shows this one read model. It repeats what the artifact says; whether that is proven is the
verdict's matter, not this one's.
"""

from collections.abc import Mapping
from typing import Any

from keys.report import Check, Outcome
from licenses.catalogue import Catalogue
from licenses.claims import ClaimType, Kind
from licenses.holder import Holder, mask_code, mask_name
from licenses.status_list import LicenseStatus
from licenses.verification.lookup import PublicLicense

_PLAIN = ("identifier", "license_type", "name", "issuer", "issued_on", "valid_from", "valid_until")


def summary_of_claims(
    claims: Mapping[str, Any], catalogue: Catalogue, status: LicenseStatus | None, holder_binding: Check
) -> dict[str, Any]:
    """What a credential discloses. Claims of a type nobody knows are left out: some may be personal."""
    shown = {name: claims.get(name) for name in _PLAIN}
    shown["holder"] = _holder(claims.get("holder"))
    shown["claims"] = _claims(claims, catalogue)
    shown["status"] = _status(status)
    shown["holder_binding"] = _binding(holder_binding)
    return shown


def summary_of_public(found: PublicLicense, catalogue: Catalogue, *, by_number: bool) -> dict[str, Any]:
    """What a node answers about a license one does not hold. By number: type, issuer and status only."""
    shown: dict[str, Any] = {
        "identifier": found.identifier,
        "license_type": found.license_type,
        "name": _name(catalogue, found.license_type),
        "issuer": {"name": found.issuer_name, "code": found.issuer_code, "region": found.region},
        "status": _status(found.status),
    }
    if not by_number:
        shown["issued_on"] = found.issued_on.isoformat()
        shown["valid_from"] = found.valid_from.isoformat()
        shown["valid_until"] = found.valid_until.isoformat() if found.valid_until else None
        shown["holder"] = _masked(found.holder) if found.holder else None
    if found.successor:
        shown["superseded_by"] = found.successor
    return shown


def _status(status: LicenseStatus | None) -> str:
    return "unknown" if status is None else status.name.lower()


def _binding(check: Check) -> str:
    """proven, absent or unproven; the last also for a proof that is wrong."""
    if check.outcome is Outcome.PASS:
        return "proven"
    return "absent" if check.detail.startswith("absent") else "unproven"


def _holder(raw: Any) -> dict[str, str] | None:
    if not isinstance(raw, Mapping):
        return None
    name, code_type, code = raw.get("name"), raw.get("code_type"), raw.get("code")
    if isinstance(name, str) and isinstance(code_type, str) and isinstance(code, str):
        return _masked(Holder(name, code_type, code))
    # part of the holder is withheld, and without the kind of code nobody knows whether it is a person
    shown = {}
    if isinstance(name, str):
        shown["name"] = mask_name(name)
    if isinstance(code_type, str):
        shown["code_type"] = code_type
    if isinstance(code, str):
        shown["code"] = mask_code(code)
    return shown or None


def _masked(holder: Holder) -> dict[str, str]:
    masked = holder.masked()
    return {"name": masked.name, "code_type": masked.code_type, "code": masked.code}


def _claims(claims: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    values, key = claims.get("claims"), claims.get("license_type")
    if not isinstance(values, Mapping) or not isinstance(key, str) or key not in catalogue:
        return {}
    shown = {}
    for claim in catalogue.get(key).claims:
        name = claim.name
        if name in values:
            value = values[name]
            shown[name] = _masked_claim(claim, value) if _is_personal(claim) else value
    return shown


def _is_personal(claim: ClaimType) -> bool:
    return claim.personal or claim.kind is Kind.CITIZEN_NUMBER


def _masked_claim(claim: ClaimType, value: Any) -> Any:
    mask = mask_code if claim.kind is Kind.CITIZEN_NUMBER else mask_name
    if isinstance(value, list):
        return [mask(one) for one in value if isinstance(one, str)]
    return mask(value) if isinstance(value, str) else None


def _name(catalogue: Catalogue, license_type: str) -> str | None:
    return catalogue.get(license_type).name.zh if license_type in catalogue else None
