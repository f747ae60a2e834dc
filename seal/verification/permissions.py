"""What a signature allows to happen after it: DocMDP and FieldMDP (ISO 32000-2 §12.8.2.2, §12.8.2.4,
§12.7.5.5).

A signature without DocMDP is an approval: it forbids nothing by itself, but whoever reads the document
believes that this is what was approved. So the same changes as under P=2 are permitted, new visible
signatures besides, and the rest is forbidden, or unknown where it may be harmless.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from keys.report import Changes
from seal.verification.changes import Change, Kind
from seal.verification.document import Revision
from seal.verification.errors import UnreadablePdf
from seal.verification.fields import FoundSignature
from seal.verification.objects import Dictionary, Value, number, text

_EXTENSION = frozenset({Kind.VALIDATION_DATA, Kind.TIMESTAMP, Kind.METADATA, Kind.FORM_DEFAULTS})
_SIGNING = frozenset({Kind.SIGNATURE, Kind.SIGNATURE_FIELD, Kind.STRUCTURE})
_UNCLEAR = frozenset({Kind.UNREADABLE, Kind.STRAY})

NO_CHANGES, FILL_AND_SIGN, ANNOTATE = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Policy:
    """What one signature says about later changes."""

    certified: int | None = None
    """DocMDP P: 1 no changes, 2 filling and signing, 3 annotations too; None for an approval signature."""
    locks_all: bool = False
    locked: frozenset[str] = frozenset()
    unlocked: frozenset[str] = frozenset()
    """With `locks_all`: the fields that stay open."""

    def locks(self, name: str) -> bool:
        """Whether the field, or one it belongs to, is locked by FieldMDP."""
        parts = name.split(".")
        prefixes = {".".join(parts[: i + 1]) for i in range(len(parts))}
        return not prefixes & self.unlocked if self.locks_all else bool(prefixes & self.locked)


def read_policy(revision: Revision, found: FoundSignature) -> Policy:
    """The policy of one signature, from its reference dictionaries and its field's /Lock. Raises
    UnreadablePdf."""
    certified: int | None = None
    locks_all, locked, unlocked = False, frozenset[str](), frozenset[str]()
    references = [revision.dictionary(item) for item in revision.array(found.dictionary.get("Reference"))]
    for reference in references:
        method, parameters = (
            reference.get("TransformMethod"),
            revision.dictionary(reference.get("TransformParams")),
        )
        if method == "DocMDP" and not is_usage_rights(found.dictionary):
            given = number(revision.resolve(parameters.get("P")))
            certified = given if given in (NO_CHANGES, FILL_AND_SIGN, ANNOTATE) else FILL_AND_SIGN
        elif method == "FieldMDP":
            locks_all, locked, unlocked = _locks(revision, parameters)
    lock = revision.dictionary(found.field_dictionary.get("Lock"))
    if lock and not (locks_all or locked):
        locks_all, locked, unlocked = _locks(revision, lock)
    further = number(revision.resolve(lock.get("P")))
    if further in (NO_CHANGES, FILL_AND_SIGN, ANNOTATE) and further is not None:
        certified = min(certified or ANNOTATE, further)
    return Policy(certified, locks_all, locked, unlocked)


def _locks(revision: Revision, parameters: Dictionary) -> tuple[bool, frozenset[str], frozenset[str]]:
    names = frozenset(text(revision.resolve(name)) for name in revision.array(parameters.get("Fields")))
    action = str(revision.resolve(parameters.get("Action")))
    if action == "Include":
        return False, names, frozenset()
    return True, frozenset(), names if action == "Exclude" else frozenset()


def is_usage_rights(signature: Dictionary) -> bool:
    """A usage rights signature (§12.8.2.3) unlocks functions of one reader; it says nothing about the
    document."""
    references: Value = signature.get("Reference")
    first = references[0] if isinstance(references, list) and references else None
    return isinstance(first, dict) and first.get("TransformMethod") in ("UR3", "UR")


def safe_policy(revision: Revision | None, found: FoundSignature) -> Policy:
    """The policy, or the strictest one when it cannot be read."""
    if revision is None:
        return Policy(NO_CHANGES, True)
    try:
        return read_policy(revision, found)
    except UnreadablePdf:
        return Policy(NO_CHANGES, True)


def classify(
    policy: Policy, changes: Iterable[Change], paints_over: Callable[[Change], bool]
) -> tuple[Changes, Change | None]:
    """The worst class among the changes, and the change that decided.

    `paints_over` tells whether a new visible signature covers what was drawn before it.
    """
    worst, decisive = Changes.NONE, None
    for change in changes:
        judged = _judge(policy, change, paints_over)
        if _ORDER.index(judged) > _ORDER.index(worst):
            worst, decisive = judged, change
    return worst, decisive


_ORDER = (Changes.NONE, Changes.EXTENSION, Changes.PERMITTED, Changes.UNKNOWN, Changes.FORBIDDEN)


def _judge(policy: Policy, change: Change, paints_over: Callable[[Change], bool]) -> Changes:
    kind = change.kind
    if kind in _EXTENSION:
        return Changes.EXTENSION
    if kind in _UNCLEAR:
        return Changes.UNKNOWN
    if kind in (Kind.CONTENT, Kind.OVERLAY, Kind.APPEARANCE, Kind.FORM_FIELD, Kind.RENDERING):
        return Changes.FORBIDDEN
    if policy.certified == NO_CHANGES:
        return Changes.FORBIDDEN
    if kind in _SIGNING:
        return Changes.PERMITTED
    if kind is Kind.VISIBLE_SIGNATURE_FIELD:
        # On a certified document a field that was not there can paint over what was certified (SSA).
        deceives = policy.certified is not None and paints_over(change)
        return Changes.FORBIDDEN if deceives else Changes.PERMITTED
    if kind is Kind.FORM_FILL:
        return Changes.FORBIDDEN if policy.locks(change.where) else Changes.PERMITTED
    if kind is Kind.ANNOTATION:
        return Changes.PERMITTED if policy.certified == ANNOTATE else Changes.UNKNOWN
    return Changes.UNKNOWN
