"""Object identifiers this package defines or needs.

Own identifiers stand under 2.25 (ITU-T X.667): each is one random UUID written as a number, which needs no
registration and collides with nobody. They are part of the wire format: never reuse or change one.
"""

SEAL_RECORD = "2.25.123937286380299620147419009682065147165"
"""Signed CMS attribute: OCTET STRING, the DER of the seal (SESeal, GB/T 38540) that was applied."""

LOG_RECEIPT = "2.25.172415217314089929435460279848431398715"
"""Signed CMS attribute: UTF8String, the JSON of the log receipt (`keys.log.receipt.Receipt`)."""

USE_RECORD = "2.25.39794545138123716668621326039591221161"
"""Signed CMS attribute: OCTET STRING, canonical JSON of the use record (用印记录) the receipt commits to."""

ARTWORK_DIGEST = "2.25.73225416938346493580618870464565251822"
"""Extension of a seal record: OCTET STRING, SHA-256 of the vector picture (one-page PDF) that is stamped."""

DEMONSTRATION = "2.25.257063601904211418074546149829746300720"
"""Extension of a seal record: a demonstration seal without legal effect; empty value."""

USE_NEEDS_APPROVAL = "2.25.152515760189544730577992102370049551927"
"""Extension of a seal record: every use needs a second operator's approval; empty value. The maker signs it,
so that no row in a database can lift it."""

RIDING_SEAL = "2.25.231456892483036385000590422676751085727"
"""Signed CMS attribute: OCTET STRING, canonical JSON of the slices of a seal across pages (`seal.riding`)."""

# Signature algorithms a seal maker may use. SM2 is read and named; nothing here verifies it yet.
ECDSA_SHA256 = "1.2.840.10045.4.3.2"
SM2_SM3 = "1.2.156.10197.1.501"
