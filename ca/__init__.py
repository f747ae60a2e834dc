"""Certificates (证书认证): who may use which key, until when, and how that ends.

profile, names, oids        what kinds of certificates there are, as data
build, lint*, issue         a certificate from request to signature, linted before it is signed
revoke, crl, lint_crl       how it ends, and how the world hears of it
offline_key, offline_root, ledger, transcript, ceremony     the national root, offline
timestamp*                  RFC 3161 time-stamping, and verifying tokens of anybody
paths, path_*               RFC 5280 path validation against a snapshot
parse, csr, der             reading what comes from outside; writing the little DER that libraries leave
"""
