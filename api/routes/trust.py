"""Who may issue what here, and with which keys: the trust list, issuer metadata, type metadata."""

from typing import Any

from fastapi import APIRouter, Request, Response

from api import published
from api.refusals import NotPublished
from api.routes.publishing import published as answer
from api.surface import Surface
from keys.encoding import canonical_json
from keys.jwk import jwks
from licenses.catalogue import LicenseType
from licenses.claims import Bilingual, Disclosure

TRUST_LIST = "application/trust-list+jwt"
JSON = "application/json"
MAX_AGE_S = 300
METADATA_MAX_AGE_S = 3600


def trust_router(node: Surface) -> APIRouter:
    router = APIRouter(tags=["trust"], default_response_class=Response)

    @router.get(
        "/trust/list",
        summary="The signed list of departments and what each may issue",
        responses={
            200: {"description": "Signed list", "content": {TRUST_LIST: {"schema": {"type": "string"}}}}
        },
    )
    def trust_list(request: Request) -> Response:
        with node.database.reading() as session:
            newest = published.trust_list(session)
        left_s = int((newest.until - node.clock()).total_seconds())
        return answer(request, newest.content, TRUST_LIST, max_age_s=max(0, min(MAX_AGE_S, left_s)))

    @router.get(
        "/.well-known/jwt-vc-issuer/issuers/{credit_code}",
        summary="Keys of one issuer (SD-JWT VC, JWT VC issuer metadata)",
        responses=_JSON_ANSWER,
    )
    def issuer_metadata(request: Request, credit_code: str) -> Response:
        with node.database.reading() as session:
            found = published.department(session, credit_code)
        key = found.issuer_chain[0].public_key()
        metadata = {
            "issuer": f"{node.config.url}/issuers/{credit_code}",
            "jwks": jwks([(found.issuer_kid, key)]),  # type: ignore[list-item] # the closed table decides
        }
        return answer(request, canonical_json(metadata), JSON, max_age_s=MAX_AGE_S)

    @router.get(
        "/types/{key}", summary="Type metadata of a license type (SD-JWT VC §6)", responses=_JSON_ANSWER
    )
    def type_metadata(request: Request, key: str) -> Response:
        if key not in node.catalogue:
            raise NotPublished("There is no such license type here", "本节点没有该证照类型")
        body = canonical_json(metadata_of(node.catalogue.get(key)))
        return answer(request, body, JSON, max_age_s=METADATA_MAX_AGE_S)

    return router


def metadata_of(kind: LicenseType) -> dict[str, Any]:
    """Type metadata of SD-JWT VC: labels in both languages, which claims are mandatory, which hidden."""
    return {
        "vct": kind.vct,
        "name": kind.name.zh,
        "description": kind.standard,
        "display": _display(kind.name, "name"),
        "claims": [
            {
                "path": ["claims", claim.name],
                "display": _display(claim.label, "label"),
                "mandatory": claim.mandatory,
                "sd": "always" if claim.disclosure is Disclosure.SELECTIVE else "never",
            }
            for claim in kind.claims
        ],
    }


def _display(text: Bilingual, member: str) -> list[dict[str, str]]:
    return [{"locale": "zh-CN", member: text.zh}, {"locale": "en", member: text.en}]


_JSON_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"description": "Metadata", "content": {JSON: {"schema": {"type": "object"}}}}
}
