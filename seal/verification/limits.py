"""How much of an untrusted file is read before we stop and say so (reliability.md T24)."""

from dataclasses import dataclass

from seal.verification.errors import UnreadablePdf


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one verification. Every one of them ends in a reason, never in an exception for the
    caller."""

    file_bytes: int = 320 * 1024 * 1024
    objects: int = 400_000
    """Entries of all cross-reference sections together."""
    compared_objects: int = 60_000
    """Objects visited while two revisions are compared."""
    revisions: int = 400
    signatures: int = 200
    expanded_bytes: int = 128 * 1024 * 1024
    """Sum of all decompressed streams."""
    pages: int = 2_000
    rendered_pages: int = 60
    """Pages drawn twice; the ones an update touched come first. When an update added nothing that can be seen
    (validation data, time-stamps, signatures without a picture), pages beyond need no drawing; else they are
    named as not compared."""
    rendered_pixels: int = 1_200_000
    """Pixels of one drawn page; a larger page is drawn coarser."""
    picture_bytes: int = 2 * 1024 * 1024
    """Of the two pictures that show people one changed page; richer ones are drawn coarser."""


class Budget:
    """What is left of the limits that are sums. One instance lives through one verification."""

    __slots__ = ("expanded", "limits", "objects")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.expanded = limits.expanded_bytes
        self.objects = limits.objects

    def take_expanded(self, size: int) -> None:
        """Account for decompressed bytes. Raises UnreadablePdf when there were too many."""
        self.expanded -= size
        if self.expanded < 0:
            raise UnreadablePdf(
                "the streams of this file unpack to more data than is read", "文件解压后的数据量超出读取上限"
            )

    def take_objects(self, count: int) -> None:
        """Account for cross-reference entries. Raises UnreadablePdf when there were too many."""
        self.objects -= count
        if self.objects < 0:
            raise UnreadablePdf(
                "this file names more objects than are read", "文件声明的对象数量超出读取上限"
            )
