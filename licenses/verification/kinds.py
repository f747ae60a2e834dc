"""What kind of artifact is this? By its media type when given, else by its first octets: a guess."""

from keys.report import ArtifactKind

_BY_MEDIA_TYPE = {
    "application/pdf": ArtifactKind.PDF,
    "application/dc+sd-jwt": ArtifactKind.SD_JWT_VC,
    "application/vc+sd-jwt": ArtifactKind.SD_JWT_VC,
    "application/cwt": ArtifactKind.CWT,
}
PDF_MAGIC_WITHIN = 1024
"""Readers look for `%PDF-` in the first kilobyte (ISO 32000-2 §7.5.2, note); so do we."""
LONGEST_LINE = 512
"""An address or a number is no longer than this."""


def kind_of(artifact: bytes, media_type: str | None) -> ArtifactKind:
    """The kind. When nothing fits, a short text is taken for a number and everything else for a PDF."""
    named = (media_type or "").partition(";")[0].strip().lower()
    if named in _BY_MEDIA_TYPE:
        return _BY_MEDIA_TYPE[named]
    if b"%PDF-" in artifact[:PDF_MAGIC_WITHIN]:
        return ArtifactKind.PDF
    start = artifact[:LONGEST_LINE].lstrip()
    if start.startswith(b"eyJ"):
        return ArtifactKind.SD_JWT_VC
    if len(artifact) > LONGEST_LINE:
        return ArtifactKind.PDF
    if start[:8].lower().startswith((b"https://", b"http://")):
        return ArtifactKind.QR
    return ArtifactKind.NUMBER if _is_line(start.strip()) else ArtifactKind.PDF


def line_of(artifact: bytes) -> str:
    """An address or a number as text; "" when the octets are not one line of it."""
    line = artifact.strip()
    return line.decode("ascii") if _is_line(line) else ""


def _is_line(text: bytes) -> bool:
    return 0 < len(text) <= LONGEST_LINE and text.isascii() and text.decode("ascii").isprintable()
