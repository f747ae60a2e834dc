"""The issuing desk (签发窗口): everything a department needs at hand to issue, as one value."""

from dataclasses import dataclass
from datetime import datetime

from keys.action import Committed, Intent
from keys.fields import FieldCipher
from keys.log.receipt import Receipt
from keys.signer import KeyHandle, KeyUse
from licenses.catalogue import Catalogue, Orientation
from licenses.content import LicenseContent
from licenses.document import Attachments, DocumentPress, SealPlace
from licenses.status_publishing import StatusPublisher
from licenses.store.departments import Department
from seal.apply import Timestamper, archived, seal_pdf
from seal.dss import NO_PROOFS, Proofs
from seal.in_use import SealInUse
from seal.mandate import NO_MANDATES, Mandate, Mandates
from seal.place import POINTS_PER_MM, Place

_PAGE_HEIGHT_MM = {Orientation.LANDSCAPE: 210.0, Orientation.PORTRAIT: 297.0}


@dataclass(frozen=True, slots=True)
class Desk:
    """One department's desk at one node."""

    url: str
    """Base URL of the node, without a slash at its end."""
    department: Department
    issuer: KeyHandle
    seal: SealInUse
    """The department's seal, in force."""
    catalogue: Catalogue
    cipher: FieldCipher
    press: DocumentPress
    publisher: StatusPublisher
    timestamper: Timestamper | None = None
    proofs: Proofs = NO_PROOFS
    """Certificates and revocation lists that go into the document, so that it is verified years later."""
    mandates: Mandates = NO_MANDATES
    """What two operators permitted this desk to seal; without one nothing is issued."""
    demonstration: bool = False
    """Print on the page that the license is made up."""

    @property
    def kids(self) -> frozenset[str]:
        """The two keys an issue may use."""
        return frozenset({self.issuer.kid, self.seal.handle.kid})

    @property
    def iss(self) -> str:
        return issuer_url(self.url, self.department.credit_code)

    def mandate(self, license_type: str, *, at: datetime) -> Mandate:
        """The mandate to seal this type of license. Raises MandateMissing, ApprovalRefused."""
        return self.mandates.require(self.seal.number, license_type, at=at)

    def document(
        self,
        content: LicenseContent,
        *,
        credential: str,
        receipt: Receipt,
        secret: str,
        intent: Committed[Intent],
        now: datetime,
    ) -> bytes:
        """The page, with credential and receipt inside, sealed; PAdES B-LTA with a time-stamping service and
        proofs. Raises DocumentRefused, SealingFailed and what `seal.apply` refuses with.
        """
        seal = self.seal
        page = self.press.print(
            content,
            verify_url=public_url(self.url, secret),
            attachments=Attachments(credential, receipt.to_json().decode()),
            demonstration=self.demonstration,
            seal_diameter_mm=seal.diameter_mm,
        )
        sealed = seal_pdf(
            page.pdf,
            signer=seal.handle.under(intent, KeyUse.APPLY_SEAL),
            certificate=seal.certificate,
            chain=seal.chain,
            seal_record_der=seal.record_der,
            appearance_pdf=seal.appearance_pdf,
            place=_middle(page.seal_place, _PAGE_HEIGHT_MM[content.license_type.orientation]),
            timestamper=self.timestamper,
            now=now,
            certify=True,
            receipt=receipt,
            proofs=self.proofs,
        )
        if self.timestamper is None or not self.proofs:
            return sealed
        # The lists stand under the seal itself; the document time-stamp proves when all of it existed.
        return archived(sealed, NO_PROOFS, self.timestamper, now=now)


def issuer_url(url: str, credit_code: str) -> str:
    """`iss` of a department's credentials; stands in its certificate as subjectAltName."""
    return f"{url}/issuers/{credit_code}"


def public_url(url: str, secret: str) -> str:
    """What the printed QR code says: the license's public page."""
    return f"{url}/l/{secret}"


def _middle(box: SealPlace, height_mm: float) -> Place:
    x = (box.left + box.right) / 2 / POINTS_PER_MM
    y = height_mm - (box.bottom + box.top) / 2 / POINTS_PER_MM
    return Place(box.page + 1, x, y)
