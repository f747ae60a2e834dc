"""Public data: certificates, lists, tokens, proofs. Right content and type, cacheable, open to everyone."""

import base64
import hashlib
import json
from datetime import timedelta

import pytest
from asn1crypto import algos, tsp
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from api.licensing import Faces
from api.node import Node
from keys.log import merkle
from keys.report import Verdict
from licenses.credential_reading import parse_credential
from licenses.trust_list import read_trust_list
from licenses.verify import verify
from tests.asgi import AsgiClient
from tests.nodes import HandClock


def local(node: Node, url: str) -> str:
    """The path of an address of this node."""
    assert url.startswith(node.config.url + "/")
    return url.removeprefix(node.config.url)


def public(response: object) -> None:
    headers = getattr(response, "headers", {})
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert headers["cache-control"].startswith("public, max-age=")
    assert headers["etag"]


def test_every_address_in_an_issuers_certificate_is_answered(
    client: AsgiClient, node: Node, faces: Faces
) -> None:
    leaf = x509.load_der_x509_certificate(parse_credential(faces.credential.encode()).x5c[0])
    aia = leaf.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    issuer_url = str(aia[0].access_location.value)
    issuer = client.get(local(node, issuer_url))
    public(issuer)
    assert issuer.headers["content-type"] == "application/pkix-cert"
    authority = x509.load_der_x509_certificate(issuer.content)
    leaf.verify_directly_issued_by(authority)
    points = leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    crl_url = str((points[0].full_name or [])[0].value)
    crl = client.get(local(node, crl_url))
    public(crl)
    assert crl.headers["content-type"] == "application/pkix-crl"
    assert x509.load_der_x509_crl(crl.content).issuer == authority.subject


def test_a_certificate_is_found_by_its_serial_number_too(client: AsgiClient, faces: Faces) -> None:
    der = parse_credential(faces.credential.encode()).x5c[0]
    serial = f"{x509.load_der_x509_certificate(der).serial_number:x}"
    found = client.get(f"/pki/certificates/{serial}.cer")
    assert found.status_code in (200, 404)
    assert found.status_code == 404 or found.content == der


@pytest.mark.parametrize(
    "path",
    [
        "/pki/certificates/nobody.cer",
        "/pki/certificates/..%2fkek.cer",
        f"/pki/certificates/{'f' * 300}.cer",
        "/pki/crl/timestamp.crl",
        "/pki/crl/x.crl",
        "/status/x",
        "/status/00000000-0000-0000-0000-000000000000",
        "/types/nothing",
        "/.well-known/jwt-vc-issuer/issuers/x",
    ],
)
def test_what_is_not_published_is_a_404_problem(client: AsgiClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert "access-control-allow-origin" not in response.headers


def test_a_status_token_lies_where_the_credential_says_and_may_be_zipped(
    client: AsgiClient, node: Node, faces: Faces
) -> None:
    status = parse_credential(faces.credential.encode()).claims["status"]["status_list"]
    plain = client.get(local(node, status["uri"]), headers={"accept-encoding": "identity"})
    public(plain)
    assert plain.headers["content-type"] == "application/statuslist+jwt"
    assert plain.headers["vary"] == "accept-encoding"
    payload = json.loads(base64.urlsafe_b64decode(plain.text.split(".")[1] + "=="))
    assert payload["sub"] == status["uri"]
    zipped = client.get(local(node, status["uri"]), headers={"accept-encoding": "br, gzip;q=0.5"})
    assert zipped.headers.get("content-encoding", "") in ("gzip", "")
    assert zipped.text == plain.text
    refused = client.get(local(node, status["uri"]), headers={"accept-encoding": "gzip;q=0"})
    assert "content-encoding" not in refused.headers


def test_a_client_that_has_it_already_gets_304(client: AsgiClient) -> None:
    first = client.get("/trust/list")
    for held in (first.headers["etag"], f'"other", W/{first.headers["etag"]}', "*"):
        again = client.get("/trust/list", headers={"if-none-match": held})
        assert (again.status_code, again.content) == (304, b"")
    assert client.get("/trust/list", headers={"if-none-match": '"other"'}).status_code == 200


def test_nothing_is_cached_beyond_its_own_end(client: AsgiClient, clock: HandClock) -> None:
    crl = x509.load_der_x509_crl(client.get("/pki/crl/node-ca.crl").content)
    assert crl.next_update_utc is not None
    clock.advance(crl.next_update_utc - clock() - timedelta(seconds=30))
    assert client.get("/pki/crl/node-ca.crl").headers["cache-control"] == "public, max-age=30"
    clock.advance(timedelta(days=1))
    assert client.get("/pki/crl/node-ca.crl").headers["cache-control"] == "public, max-age=0"


def test_the_aggregation_names_every_list_and_history_is_not_offered(
    client: AsgiClient, faces: Faces
) -> None:
    uri = parse_credential(faces.credential.encode()).claims["status"]["status_list"]["uri"]
    assert uri in client.get("/status").json()["status_lists"]
    history = client.get("/status/x?time=1")
    assert (history.status_code, history.json()["code"]) == (501, "not_implemented")


def test_the_trust_list_is_signed_and_names_who_may_issue(client: AsgiClient, node: Node) -> None:
    response = client.get("/trust/list")
    public(response)
    assert response.headers["content-type"] == "application/trust-list+jwt"
    content = read_trust_list(response.text).content
    assert content.region == node.config.region
    assert len(content.grants) >= 3


def test_an_issuers_keys_are_those_that_sign_its_credentials(
    client: AsgiClient, node: Node, faces: Faces
) -> None:
    parsed = parse_credential(faces.credential.encode())
    path = local(node, parsed.claims["iss"])
    metadata = client.get(f"/.well-known/jwt-vc-issuer{path}")
    public(metadata)
    body = metadata.json()
    assert body["issuer"] == parsed.claims["iss"]
    header = json.loads(base64.urlsafe_b64decode(parsed.jwt.split(".")[0] + "=="))
    assert [key["kid"] for key in body["jwks"]["keys"]] == [header["kid"]]
    assert not {"d", "p", "q"} & set(body["jwks"]["keys"][0])


def test_type_metadata_describes_every_claim_in_both_languages(client: AsgiClient, node: Node) -> None:
    for kind in node.catalogue:
        metadata = client.get(f"/types/{kind.key}").json()
        assert metadata["vct"] == kind.vct
        assert [claim["path"][-1] for claim in metadata["claims"]] == [claim.name for claim in kind.claims]
        for claim in metadata["claims"]:
            assert [one["locale"] for one in claim["display"]] == ["zh-CN", "en"]
            assert claim["sd"] in ("always", "never")


def test_proofs_lead_to_the_published_checkpoint(client: AsgiClient, node: Node, faces: Faces) -> None:
    note = client.get("/log/checkpoint")
    assert note.headers["cache-control"] == "public, max-age=5"
    head = node.log.verifier.verify(note.text)
    with node.database.reading() as session:
        entry = node.log.entry(session, head.size - 1) if hasattr(node.log, "entry") else None
    proof = client.get(f"/log/proof?index={head.size - 1}&size={head.size}").json()
    assert proof["size"] == head.size
    steps = [base64.b64decode(step) for step in proof["proof"]]
    if entry is not None:
        merkle.verify_inclusion(merkle.leaf_hash(entry), head.size - 1, head.size, steps, head.root)
    earlier = client.get(f"/log/consistency?old=1&new={head.size}").json()
    assert all(len(base64.b64decode(step)) == 32 for step in earlier["proof"])


@pytest.mark.parametrize(
    "query",
    [
        "proof?index=5&size=2",
        "proof?index=-1&size=2",
        "proof?index=0&size=9007199254740991",
        "proof?index=0&size=99999999999999999999999",
        "proof?index=1e3&size=2",
        "proof",
        "consistency?old=2&new=1",
        "consistency?old=0&new=1",
    ],
)
def test_a_proof_of_what_is_not_there_is_a_problem(client: AsgiClient, query: str) -> None:
    response = client.get(f"/log/{query}")
    assert response.status_code in (400, 404, 409, 422)
    assert response.headers["content-type"] == "application/problem+json"


def test_a_time_stamp_is_given_over_a_digest(client: AsgiClient, node: Node) -> None:
    imprint = tsp.MessageImprint(
        {
            "hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
            "hashed_message": hashlib.sha256(b"x").digest(),
        }
    )
    query = tsp.TimeStampReq({"version": 1, "message_imprint": imprint, "cert_req": True}).dump()
    response = client.post(
        "/pki/timestamp", content=query, headers={"content-type": "application/timestamp-query"}
    )
    assert response.headers["content-type"] == "application/timestamp-reply"
    reply = tsp.TimeStampResp.load(response.content)
    assert reply["status"]["status"].native == "granted"


def test_a_time_stamp_query_that_is_none_is_rejected_in_its_own_language(client: AsgiClient) -> None:
    headers = {"content-type": "application/timestamp-query"}
    reply = client.post("/pki/timestamp", content=b"garbage", headers=headers).content
    assert reply[4:7] == b"\x02\x01\x02"  # PKIStatus rejection(2), RFC 3161 §2.4.2
    assert client.post("/pki/timestamp", content=b"x").status_code == 415
    too_long = client.post("/pki/timestamp", content=b"x" * 70_000, headers=headers)
    assert (too_long.status_code, too_long.json()["code"]) == (413, "body_too_large")


def test_what_is_published_is_enough_to_verify_elsewhere(
    node: Node, faces: Faces, client: AsgiClient
) -> None:
    report = verify(faces.credential.encode(), node.snapshot(), now=node.clock())
    assert report.verdict is Verdict.VALID
    anchor = x509.load_der_x509_certificate(client.get("/pki/certificates/root.cer").content)
    assert anchor.fingerprint(SHA256()) == node.anchor.fingerprint(SHA256())
