"""/pki/*: certificates (RFC 5280 §4.2.2.1 caIssuers), CRLs (§4.2.1.13), time-stamps (RFC 3161 §3.4)."""

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from api import published
from api.multipart import media_type_of
from api.routes.publishing import published as answer
from api.surface import Surface

CERTIFICATE = "application/pkix-cert"
CRL = "application/pkix-crl"
QUERY = "application/timestamp-query"
REPLY = "application/timestamp-reply"
CERTIFICATE_MAX_AGE_S = 86_400
CRL_MAX_AGE_S = 3600


def pki_router(node: Surface) -> APIRouter:
    router = APIRouter(prefix="/pki", tags=["pki"], default_response_class=Response)

    @router.get("/certificates/{name}.cer", summary="A certificate, DER", responses=_binary(CERTIFICATE))
    def certificate(request: Request, name: str) -> Response:
        with node.database.reading() as session:
            der = published.certificate(session, name)
        return answer(request, der, CERTIFICATE, max_age_s=CERTIFICATE_MAX_AGE_S, compress=False)

    @router.get("/crl/{name}.crl", summary="The newest revocation list, DER", responses=_binary(CRL))
    def crl(request: Request, name: str) -> Response:
        with node.database.reading() as session:
            newest = published.crl(session, name)
        left_s = int((newest.until - node.clock()).total_seconds())
        return answer(
            request, newest.content, CRL, max_age_s=max(0, min(CRL_MAX_AGE_S, left_s)), compress=False
        )

    @router.post(
        "/timestamp",
        summary="A time-stamp over a digest (RFC 3161)",
        responses=_binary(REPLY),
        openapi_extra={"requestBody": {"required": True, "content": {QUERY: {"schema": _OCTETS}}}},
    )
    async def timestamp(request: Request) -> Response:
        if media_type_of(request.headers.get("content-type", "")) != QUERY:
            raise HTTPException(415, headers={"accept": QUERY})
        query = await request.body()
        reply = await run_in_threadpool(node.timestamping.answer, query, now=node.clock())
        return Response(reply, media_type=REPLY)

    return router


_OCTETS = {"type": "string", "format": "binary"}


def _binary(media_type: str) -> dict[int | str, dict[str, object]]:
    return {200: {"description": "DER", "content": {media_type: {"schema": _OCTETS}}}}
