"""The issuing desk of a department: its key, its certificate, its seal in force, the node's services."""

from sqlalchemy.orm import Session

from api.node import Node
from api.proving import proofs_for
from api.sealing import active_keys, open_seal
from licenses.desk import Desk
from licenses.errors import NotAccredited
from licenses.store.departments import department
from seal.mandate_store import mandates_for


def desk_of(node: Node, session: Session, credit_code: str) -> Desk:
    """The desk of a department, ready to issue. Raises NotAccredited, SealUnusable, SealNotFound."""
    found = department(session, credit_code)
    if found.seal_id is None:
        raise NotAccredited(
            "The department has no seal yet; request one and have it approved.",
            "该部门尚无电子印章，请先申请并批准印章。",
        )
    seal = open_seal(node, session, found.seal_id)
    return Desk(
        url=node.config.url,
        department=found,
        issuer=node.keyring.handle(found.issuer_kid),
        seal=seal,
        catalogue=node.catalogue,
        cipher=node.cipher,
        press=node.press,
        publisher=node.services.status,
        timestamper=node.timestamper,
        proofs=proofs_for(node, session, seal.certificate),
        mandates=mandates_for(session, seal.number, active_keys(session)),
        demonstration=node.config.demonstration,
    )
