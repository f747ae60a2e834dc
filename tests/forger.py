"""Perfect signatures over anything: what only an insider or a bug could make, and tests must refuse."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from keys.action import Committed, Draft, Intent
from keys.intents import committed, declare
from keys.log.receipt import Receipt
from keys.signer import KeyUse
from licenses.content import Issuer, LicenseContent, china_day, content_of
from licenses.credential import CredentialDraft, build_payload, sign_credential
from licenses.document import Attachments
from licenses.identifier import build_identifier, random_serial
from licenses.record import LicenseRecord
from licenses.store import statuses
from seal.apply import seal_pdf
from seal.place import Place
from tests.materials import NOW, a_record, the_catalogue, the_press
from tests.province import Province


def under_intent(
    made: Province, record: bytes = b"{}", *, kind: str = "license.issue", now: datetime = NOW
) -> tuple[Committed[Intent], Receipt]:
    """An intent on disk that allows both keys of the desk, and the receipt of `record`."""
    draft = Draft(kind, record, made.desk.kids, "op-1", "test")
    with made.database.writing() as session:
        declared = declare(session, [draft], log=made.log, now=now)[0]
        session.commit()
    with made.database.reading() as session:
        return committed(session, declared.intent), declared.receipt


def a_content(made: Province, record: LicenseRecord | None = None, *, now: datetime = NOW) -> LicenseContent:
    """What a license of this department says, under a new number."""
    record = record or a_record(made.desk.department.credit_code)
    kind = the_catalogue().get(record.license_type)
    organ = made.desk.department
    number = build_identifier(
        type_code=kind.national_code, issuer_code=organ.credit_code, serial=random_serial(), version=1
    )
    issuer = Issuer(organ.name, organ.credit_code, organ.region)
    return content_of(record, kind, identifier=number, issuer=issuer, issued_on=china_day(now))


def a_draft(
    made: Province, content: LicenseContent | None = None, *, holder_jwk: Any = None, **changes: Any
) -> CredentialDraft:
    """A good draft with a slot of its own; `changes` replaces members of the payload, None removes one."""
    with made.database.writing() as session:
        slot = statuses.take_slot(session, now=NOW)
        session.commit()
    good = build_payload(
        content or a_content(made),
        iss=made.desk.iss,
        status_uri=made.publisher.uri(slot.list_id),
        status_index=slot.index,
        holder_jwk=holder_jwk,
    )
    payload = {name: value for name, value in (dict(good.payload) | changes).items() if value is not None}
    return replace(good, payload=payload)


def sign(made: Province, draft: CredentialDraft, *, chain: Any = None) -> str:
    """A perfect signature by the department over anything."""
    intent, _ = under_intent(made, draft.record)
    signer = made.desk.issuer.under(intent, KeyUse.ISSUE_LICENSE)
    return sign_credential(draft, signer, chain or made.desk.department.issuer_chain)


def a_credential(made: Province, **changes: Any) -> str:
    """A perfectly signed credential whose payload differs in `changes`."""
    return sign(made, a_draft(made, **changes))


def a_document(
    made: Province,
    *,
    draft: CredentialDraft | None = None,
    printed: LicenseContent | None = None,
    receipt: bytes | None = None,
    sealed_by: Province | None = None,
    **sealing: Any,
) -> bytes:
    """A sealed document. draft: the credential inside; printed: a page that differs; receipt: other octets,
    b"" for none; sealed_by: another node's department."""
    content = printed or a_content(made)
    inside = draft or a_draft(made, content)
    _, true_receipt = under_intent(made, inside.record)
    held = Attachments(sign(made, inside), (true_receipt.to_json() if receipt is None else receipt).decode())
    page = the_press().print(
        content, verify_url=f"{made.url}/l/{'x' * 22}", attachments=held, demonstration=True
    )
    pdf = page.pdf.replace(b"receipt.json", b"receipt.gone") if receipt == b"" else page.pdf
    return sealed(sealed_by or made, pdf, **sealing)


def sealed(made: Province, pdf: bytes, *, now: datetime = NOW, **changes: Any) -> bytes:
    """Any PDF under the department's seal; `changes` replaces arguments of `seal_pdf`."""
    used = made.desk.seal
    intent, _ = under_intent(made, pdf[:64])
    wanted: dict[str, Any] = {
        "signer": used.handle.under(intent, KeyUse.APPLY_SEAL),
        "certificate": used.certificate,
        "chain": used.chain,
        "seal_record_der": used.record_der,
        "appearance_pdf": used.appearance_pdf,
        "place": Place(1, 105, 150),
        "timestamper": made.desk.timestamper,
        "now": now,
        "certify": True,
    }
    return seal_pdf(pdf, **(wanted | changes))
