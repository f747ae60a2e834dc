"""/log/*: the signed checkpoint (C2SP tlog-checkpoint) and proofs (RFC 9162 §2.1.3, §2.1.4). Hashes only.

An entry is a salted digest: whoever holds a receipt can prove that a record is in, nobody can learn what is
in.
"""

import base64
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.routes.publishing import published as answer
from api.surface import Surface
from keys.encoding import canonical_json

CHECKPOINT = "text/plain; charset=utf-8"
JSON = "application/json"
CHECKPOINT_MAX_AGE_S = 5
PROOF_MAX_AGE_S = 86_400
"""A proof between fixed sizes never changes."""

Place = Annotated[int, Query(ge=0, le=2**53 - 1)]


def log_router(node: Surface) -> APIRouter:
    router = APIRouter(prefix="/log", tags=["log"], default_response_class=Response)

    @router.get(
        "/checkpoint",
        summary="The newest signed checkpoint",
        responses={
            200: {"description": "Signed note", "content": {"text/plain": {"schema": {"type": "string"}}}}
        },
    )
    def checkpoint(request: Request) -> Response:
        with node.database.reading() as session:
            note = node.log.checkpoint(session)
        return answer(request, note.encode(), CHECKPOINT, max_age_s=CHECKPOINT_MAX_AGE_S)

    @router.get("/proof", summary="Inclusion proof of one entry", responses=_PROOF)
    def proof(request: Request, index: Place, size: Place) -> Response:
        with node.database.reading() as session:
            steps = node.log.proof(session, index, size)
        return _proof(request, {"index": index, "size": size}, steps)

    @router.get("/consistency", summary="Proof that one tree is the beginning of another", responses=_PROOF)
    def consistency(request: Request, old: Place, new: Place) -> Response:
        with node.database.reading() as session:
            steps = node.log.consistency(session, old, new)
        return _proof(request, {"old": old, "new": new}, steps)

    return router


_PROOF: dict[int | str, dict[str, object]] = {
    200: {
        "description": "Hashes, base64, in the order of RFC 9162",
        "content": {
            JSON: {
                "schema": {
                    "type": "object",
                    "required": ["proof"],
                    "properties": {"proof": {"type": "array", "items": {"type": "string"}}},
                }
            }
        },
    }
}


def _proof(request: Request, about: dict[str, int], steps: tuple[bytes, ...]) -> Response:
    hashes = [base64.b64encode(step).decode("ascii") for step in steps]
    return answer(request, canonical_json({**about, "proof": hashes}), JSON, max_age_s=PROOF_MAX_AGE_S)
