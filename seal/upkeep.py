"""How long a sealed document keeps being verifiable 归档维护, and why it stops: for the scan of an archive.

    no time-stamp            until the signer's certificate ends: nobody can tell then when it was signed
    time-stamp, no proofs    until the signer's or the time-stamp's certificate ends, whichever is first
    time-stamp and proofs    until the newest time-stamp's certificate ends
    every one                until its hash algorithm is given up (`HASHES_END`)

A new document time-stamp before that day (`seal.archive.archive_pdf`) moves it on. Does not verify anything:
a broken seal stays broken, whatever is stamped over it; `seal.verify` says so.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from asn1crypto import cms, tsp
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from seal.dss import read_proofs
from seal.pdf_source import PdfSource, unreadable

HASHES_END = MappingProxyType(
    {
        "md5": datetime(2005, 1, 1, tzinfo=UTC),
        "sha1": datetime(2016, 1, 1, tzinfo=UTC),
        "sha224": datetime(2029, 1, 1, tzinfo=UTC),
    }
)
"""When a hash stops proving anything (ETSI TS 119 312 §6; SHA-256 and longer have no end set there yet)."""

_FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


class Ending(StrEnum):
    """Why it stops."""

    UNSIGNED = "unsigned"
    SIGNER = "signer_certificate"
    TIMESTAMP = "timestamp_certificate"
    ALGORITHM = "algorithm"


@dataclass(frozen=True, slots=True)
class Outlook:
    """When a document stops being verifiable, and why. `until` is None for one that nobody signed."""

    until: datetime | None
    ending: Ending
    signatures: int
    timestamps: int


def outlook_of(source: PdfSource) -> Outlook:
    """Read a document's certificates. Raises UnreadablePdf."""
    proofs = read_proofs(source)
    with unreadable():
        signatures = source.reader.embedded_regular_signatures
        stamps = source.reader.embedded_timestamp_signatures
        if not signatures and not stamps:
            return Outlook(None, Ending.UNSIGNED, 0, 0)
        if stamps:
            newest = stamps[-1]
            ends = [(_end(newest.signer_cert), Ending.TIMESTAMP), _algorithm(newest)]
        else:
            ends = [end for each in signatures for end in _ends(each, bool(proofs.crls))]
    until, ending = min(ends, key=lambda end: end[0])
    return Outlook(until, ending, len(signatures), len(stamps))


def _ends(signature: EmbeddedPdfSignature, has_proofs: bool) -> list[tuple[datetime, Ending]]:
    token = _token(signature)
    if token is None:
        return [(_end(signature.signer_cert), Ending.SIGNER), _algorithm(signature)]
    ends = [(_token_end(token), Ending.TIMESTAMP), _algorithm(signature)]
    return ends if has_proofs else [*ends, (_end(signature.signer_cert), Ending.SIGNER)]


def _token(signature: EmbeddedPdfSignature) -> Any:
    """The time-stamp token over a signature, if there is one."""
    attributes = signature.signer_info["unsigned_attrs"]
    for attribute in attributes if not isinstance(attributes.native, type(None)) else ():
        if attribute["type"].native == "signature_time_stamp_token":
            return attribute["values"][0]["content"]
    return None


def _token_end(token: cms.SignedData) -> datetime:
    """When the certificate in a token ends; the earliest when several are there."""
    info: tsp.TSTInfo = token["encap_content_info"]["content"].parsed
    ends = [_end(each.chosen) for each in token["certificates"] if each.name == "certificate"]
    return min(ends, default=info["gen_time"].native)


def _end(certificate: Any) -> datetime:
    moment: datetime = certificate.not_valid_after
    return moment.astimezone(UTC)


def _algorithm(signature: EmbeddedPdfSignature) -> tuple[datetime, Ending]:
    return HASHES_END.get(signature.md_algorithm, _FOREVER), Ending.ALGORITHM
