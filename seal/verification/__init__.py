"""Verification of signed PDF documents (验章), whoever made them. Entry point: `seal.verify`.

Three storeys, each of which knows only the ones above it here:

    reading     lexer, syntax, filters, xref, document, rebuild
                bytes to objects of one revision; every limit of size lives here
    evidence    fields, byterange, cms, timestamp, tail, difference, permissions, rendering, active
                what the file shows: gate, arithmetic, and what changed after each signature; made in the
                bounded child, plain values
    judgement   trust, seal_checks, levels, questions
                what the caller's anchors, logs and clock make of it
"""
