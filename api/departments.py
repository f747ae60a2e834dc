"""Departments of a node: founded with a license-issuer certificate, accredited, given a seal by two
operators.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from api.demonstration.departments import Founding
from api.node import Node
from api.perform import Observe, perform, unobserved
from api.roles import department_subject, issuer_label
from ca.issue import IssueCertificate
from ca.profile import LICENSE_ISSUER
from keys.signer import KeyHandle, KeyUse
from licenses.accreditation import Accreditation
from licenses.content import china_day, start_of_day
from licenses.desk import issuer_url
from licenses.store.departments import Department, accredit, add_department

ACCREDITED_FOR = timedelta(days=5 * 365)


def found_departments(
    node: Node, foundings: Sequence[Founding], *, requested_by: str, observe: Observe = unobserved
) -> list[Department]:
    """Keys, certificates and accreditations of new departments. They have no seal yet.

    A grant begins with the day in China, as a license issued today is judged by its day.
    """
    now = node.clock()
    with node.database.writing() as session:
        handles = [_issuer_key(node, session, one, now) for one in foundings]
        session.commit()
    names = [f"{node.config.name}{one.name}" for one in foundings]
    actions = [
        _certificate(node, one, name, handle, requested_by)
        for one, name, handle in zip(foundings, names, handles, strict=True)
    ]
    certificates = perform(node, actions, observe=observe)
    authority = node.services.authority.certificate
    made = [
        Department(one.credit_code, name, node.config.region, handle.kid, (certificate, authority))
        for one, name, handle, certificate in zip(foundings, names, handles, certificates, strict=True)
    ]
    with node.database.writing() as session:
        for one, department in zip(foundings, made, strict=True):
            add_department(session, department, now=now)
            accredit(session, _grant(node, one, department.name, now), now=now)
        session.commit()
    return made


def _issuer_key(node: Node, session: Session, one: Founding, now: datetime) -> KeyHandle:
    label = issuer_label(one.credit_code)
    return node.keyring.generate(session, uses=[KeyUse.ISSUE_LICENSE], label=label, now=now)


def _certificate(
    node: Node, one: Founding, name: str, handle: KeyHandle, requested_by: str
) -> IssueCertificate:
    return IssueCertificate(
        node.services.authority,
        LICENSE_ISSUER,
        department_subject(
            f"{name}证照签发",
            name,
            one.credit_code,
            node_name=node.config.name,
            region_name=node.config.region_name,
        ),
        handle.public_key,
        requested_by=requested_by,
        reason="license issuer certificate of a new department",
        san_uris=[issuer_url(node.config.url, one.credit_code)],
    )


def _grant(node: Node, one: Founding, name: str, now: datetime) -> Accreditation:
    start = datetime.fromtimestamp(start_of_day(china_day(now)), UTC)
    return Accreditation(
        one.credit_code, name, one.license_types, node.config.region, start, start + ACCREDITED_FOR
    )
