"""ASN.1 of a seal (电子印章数据, SESeal): GM/T 0031-2014 (v1), GB/T 38540-2020 (v4) and GM/T 0031-2025 (v5).

Only shapes; what they mean stands in `seal.record`. Where makers differ the shape is liberal in what it
reads: either kind of time, extensions with or without their tag. What we write is v4 to the letter.
"""

from asn1crypto import core, x509


class Extension(core.Sequence):  # type: ignore[misc]
    """ExtData."""

    _fields = [  # noqa: RUF012 - asn1crypto's way to declare a shape
        ("extn_id", core.ObjectIdentifier),
        ("critical", core.Boolean, {"default": False}),
        ("extn_value", core.OctetString),
    ]


class Extensions(core.SequenceOf):  # type: ignore[misc]
    _child_spec = Extension


class ExtensionsChoice(core.Choice):  # type: ignore[misc]
    """`[0] EXPLICIT` as the standards write it, or bare as some makers do."""

    _alternatives = [  # noqa: RUF012
        ("tagged", Extensions, {"explicit": 0}),
        ("bare", Extensions),
    ]


class Header(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("id", core.IA5String),
        ("version", core.Integer),
        ("vid", core.IA5String),
    ]


class Certificates(core.SequenceOf):  # type: ignore[misc]
    """CertInfoList: whole certificates, each DER in an OCTET STRING."""

    _child_spec = core.OctetString


class CertificateDigest(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("type", core.PrintableString),
        ("value", core.OctetString),
    ]


class CertificateDigests(core.SequenceOf):  # type: ignore[misc]
    _child_spec = CertificateDigest


class PropertyV1(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("type", core.Integer),
        ("name", core.UTF8String),
        ("cert_list", Certificates),
        ("create_date", x509.Time),
        ("valid_start", x509.Time),
        ("valid_end", x509.Time),
    ]


class PropertyV4(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("type", core.Integer),
        ("name", core.UTF8String),
        ("cert_list_type", core.Integer),
        # An untagged CHOICE that only `cert_list_type` decides: read as it stands, parsed by the caller.
        ("cert_list", core.Any),
        ("create_date", x509.Time),
        ("valid_start", x509.Time),
        ("valid_end", x509.Time),
    ]


class Picture(core.Sequence):  # type: ignore[misc]
    """SES_ESPictrueInfo (the standard's spelling)."""

    _fields = [  # noqa: RUF012
        ("type", core.IA5String),
        ("data", core.OctetString),
        ("width", core.Integer),
        ("height", core.Integer),
    ]


class SealInfoV1(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("header", Header),
        ("es_id", core.IA5String),
        ("property", PropertyV1),
        ("picture", Picture),
        ("ext_datas", ExtensionsChoice, {"optional": True}),
    ]


class SealInfoV4(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("header", Header),
        ("es_id", core.IA5String),
        ("property", PropertyV4),
        ("picture", Picture),
        ("ext_datas", ExtensionsChoice, {"optional": True}),
    ]


class SignInfoV1(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("cert", core.OctetString),
        ("signature_algorithm", core.ObjectIdentifier),
        ("sign_data", core.OctetBitString),
    ]


class SealV1(core.Sequence):  # type: ignore[misc]
    _fields = [("seal_info", SealInfoV1), ("sign_info", SignInfoV1)]  # noqa: RUF012


class SealV4(core.Sequence):  # type: ignore[misc]
    """v4, and v5, which may end in a time-stamp."""

    _fields = [  # noqa: RUF012
        ("seal_info", SealInfoV4),
        ("cert", core.OctetString),
        ("sign_alg_id", core.ObjectIdentifier),
        ("signed_value", core.OctetBitString),
        ("time_stamp", core.OctetBitString, {"explicit": 0, "optional": True}),
    ]
