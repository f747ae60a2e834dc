"""The level of a signature (ETSI EN 319 142-1 §6): what it carries, not whether it can be trusted."""

from keys.report import Cryptography
from seal.verification.evidence import PdfEvidence, SignatureEvidence

DOCUMENT_TIMESTAMP = "DocTimeStamp"
PKCS7 = "PKCS7"


def level_of(signature: SignatureEvidence, evidence: PdfEvidence) -> str:
    """`PAdES-B-B`, `-B-T`, `-B-LT` or `-B-LTA`; `PKCS7` for ISO 32000-1 signatures; `DocTimeStamp`."""
    if signature.is_timestamp:
        return DOCUMENT_TIMESTAMP
    if signature.subfilter != "ETSI.CAdES.detached":
        return PKCS7
    later = [
        other
        for other in evidence.signatures
        if other.is_timestamp
        and other.cryptography is Cryptography.INTACT
        and other.signed_end > signature.signed_end
    ]
    if not later and not any(stamp.intact for stamp in signature.timestamps):
        return "PAdES-B-B"
    store = evidence.validation
    if not store.certificates or not (store.crls or store.ocsps):
        return "PAdES-B-T"
    # Revocation data under a later document time-stamp makes it long-term with archive time-stamp.
    first_data = min(item.offset for item in (*store.crls, *store.ocsps))
    return "PAdES-B-LTA" if any(other.signed_end > first_data for other in later) else "PAdES-B-LT"
