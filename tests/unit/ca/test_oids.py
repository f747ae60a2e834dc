from asn1crypto.core import ObjectIdentifier

from ca import oids
from ca.oids import TIME_STAMP_POLICY
from ca.profile import PROFILES

OWN = {
    TIME_STAMP_POLICY.dotted_string,
    *(purpose.dotted_string for profile in PROFILES.values() for purpose in profile.purposes),
} - {oids.DOCUMENT_SIGNING.dotted_string, oids.TIME_STAMPING.dotted_string}


def test_our_identifiers_share_one_root_and_differ() -> None:
    assert len(OWN) == 5
    assert all(dotted.startswith(oids._ROOT + ".") for dotted in OWN)


def test_every_arc_is_short_enough_for_readers_that_count_in_32_bits() -> None:
    assert all(int(arc) < 2**32 for dotted in OWN for arc in dotted.split("."))


def test_the_root_holds_the_whole_uuid() -> None:
    arcs = [int(arc) for arc in oids._ROOT.split(".")[7:]]
    rebuilt = "".join(f"{arc:0{digits}x}" for arc, digits in zip(arcs, oids._CHUNKS, strict=True))
    assert rebuilt == oids._UUID


def test_an_identifier_survives_its_encoding() -> None:
    assert all(ObjectIdentifier.load(ObjectIdentifier(dotted).dump()).dotted == dotted for dotted in OWN)
