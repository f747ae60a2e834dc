"""`xinzheng verify FILE --anchor CERT.pem …`: any signed PDF by roots of one's own choice, no node, no
bundle. Exit codes 0, 1 and 2; a report for machines beside it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.journeys.conftest import Xinzheng
from tests.unit.ca.world import NOW
from tests.unit.seal.plain_pdf import append_update, plain_pdf
from tests.unit.seal.sealed import Sealed, make_sealed
from tests.unit.seal.test_archive import archive, at_once

AN_HOUR_LATER = (NOW + timedelta(hours=1)).isoformat()
VR = "{http://uri.etsi.org/19102/v1.2.1#}"


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    return make_sealed(tmp_path_factory.mktemp("world"))


@pytest.fixture
def put(tmp_path: Path) -> Callable[[str, bytes], Path]:
    def write(name: str, content: bytes) -> Path:
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return write


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


Put = Callable[[str, bytes], Path]


def test_an_archived_document_needs_nothing_but_the_anchor(
    xinzheng: Xinzheng, sealed: Sealed, put: Put
) -> None:
    """Intermediates and revocation lists are those in the file."""
    document = put("lta.pdf", archive(sealed, at_once(sealed)))
    anchor = put("anchor.pem", pem(sealed.snapshot().anchors[0]))
    said = xinzheng("verify", document, "--anchor", anchor, "--at", AN_HOUR_LATER, "--json")
    assert said.code == 0
    assert said.json()["signatures"][0]["trust"] == "trusted"
    assert said.json()["signatures"][0]["level"] == "PAdES-B-LTA"


def test_of_several_anchors_one_that_leads_there_is_enough(
    xinzheng: Xinzheng, sealed: Sealed, put: Put, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = make_sealed(tmp_path_factory.mktemp("other")).snapshot().anchors[0]
    document = put("lta.pdf", archive(sealed, at_once(sealed)))
    anchors = [put("other.pem", pem(other)), put("own.pem", pem(sealed.snapshot().anchors[0]))]
    command = ["verify", document, "--at", AN_HOUR_LATER]
    assert xinzheng(*command, "--anchor", anchors[0], "--anchor", anchors[1]).code == 0
    assert xinzheng(*command, "--anchor", anchors[0]).code == 2
    assert xinzheng(*command).code == 2


def test_a_changed_document_exits_with_1_and_one_without_revocation_data_with_2(
    xinzheng: Xinzheng, sealed: Sealed, put: Put
) -> None:
    anchor = put("anchor.pem", pem(sealed.snapshot().anchors[0]))
    forged = append_update(at_once(sealed), {4: b"<</Length 0>>\nstream\n\nendstream"})
    command = ["--anchor", anchor, "--at", AN_HOUR_LATER]
    assert xinzheng("verify", put("forged.pdf", forged), *command).code == 1
    assert xinzheng("verify", put("b-t.pdf", sealed.seal()), *command).code == 2
    assert xinzheng("verify", put("plain.pdf", plain_pdf()), *command).code == 2


def test_what_is_no_anchor_is_wrong_usage(xinzheng: Xinzheng, sealed: Sealed, put: Put) -> None:
    document = put("b-t.pdf", sealed.seal())
    assert xinzheng("verify", document, "--anchor", put("bad.pem", b"no certificate")).code not in (0, 1, 2)


def test_a_report_for_machines_is_written_beside_the_answer(
    xinzheng: Xinzheng, sealed: Sealed, put: Put, tmp_path: Path
) -> None:
    document = put("lta.pdf", archive(sealed, at_once(sealed)))
    anchor = put("anchor.pem", pem(sealed.snapshot().anchors[0]))
    wanted = tmp_path / "report.xml"
    command = ["--anchor", anchor, "--at", AN_HOUR_LATER, "--report", wanted]
    assert xinzheng("verify", document, *command).code == 0
    root = ElementTree.fromstring(wanted.read_bytes())  # noqa: S314 - what we have just written
    status = root.find(f"{VR}SignatureValidationReport/{VR}SignatureValidationStatus/{VR}MainIndication")
    assert status is not None
    assert status.text == "urn:etsi:019102:mainindication:total-passed"


def test_only_a_pdf_has_a_report_for_machines(xinzheng: Xinzheng, put: Put, tmp_path: Path) -> None:
    text = put("number.txt", b"1.2.156.3005.2.11100000MB03271699001.11330000XYXY00021R.X.001.L")
    assert xinzheng("verify", text, "--report", tmp_path / "report.xml").code == 64
