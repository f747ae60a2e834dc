"""The few ways in which a report of ETSI TS 119 102-2 is written as XML. Writing only; nothing is parsed."""

import base64
import re
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement

VR = "http://uri.etsi.org/19102/v1.2.1#"
DS = "http://www.w3.org/2000/09/xmldsig#"
_DIGESTS = {
    "sha1": "http://www.w3.org/2000/09/xmldsig#sha1",
    "sha224": "http://www.w3.org/2001/04/xmldsig-more#sha224",
    "sha256": "http://www.w3.org/2001/04/xmlenc#sha256",
    "sha384": "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "sha512": "http://www.w3.org/2001/04/xmlenc#sha512",
}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONGEST = 2_000


def vr(name: str) -> str:
    """A name of the report's own namespace."""
    return f"{{{VR}}}{name}"


def ds(name: str) -> str:
    """A name of XML Signature."""
    return f"{{{DS}}}{name}"


def clean(text: str) -> str:
    """Text of a stranger's file as XML 1.0 allows it: no control characters, no lone surrogates, not
    endless."""
    return _NOT_XML.sub("�", text[:_LONGEST])


def add(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    """A child element."""
    made = SubElement(parent, vr(name), attributes)
    made.text = text
    return made


def add_time(parent: Element, name: str, moment: datetime) -> None:
    """A child with an instant, in UTC to the second."""
    add(parent, name, moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))


def add_proof(parent: Element, moment: datetime) -> None:
    """The content of a proof of existence. Without a time-stamp the best signature time is the present
    (EN 319 102-1 §5.3.4)."""
    add_time(parent, "POETime", moment)
    add(parent, "TypeOfProof", "urn:etsi:019102:poetype:validation")


def add_digest(parent: Element, name: str, digest: bytes) -> None:
    """A DigestAlgAndValue."""
    held = add(parent, "DigestAlgAndValue")
    method = _DIGESTS.get(name, f"urn:xinzheng:digest:{name}")
    SubElement(held, ds("DigestMethod")).set("Algorithm", method)
    SubElement(held, ds("DigestValue")).text = base64.b64encode(digest).decode()


def refer(parent: Element, name: str, reference: str) -> None:
    """A child that points at a validation object."""
    add(parent, name, VOReference=reference)
