"""The life of a signing key (密钥生命周期), a pure table: GB/T 39786-2021 §8.4 asks for managed keys; NIST SP
800-57 part 1 §7 has the same states under other names.

    pre_published → active → retired → destroyed          (a key never used may be destroyed at once)

pre_published: its public key is out, so that caches know it before its first signature. retired: signs no
more, still verifies. destroyed: the wrapped bytes are gone, the public key stays. Does not check: who may
ask.
"""

from enum import StrEnum

from keys.errors import KeyStateConflict


class KeyState(StrEnum):
    PRE_PUBLISHED = "pre_published"
    ACTIVE = "active"
    RETIRED = "retired"
    DESTROYED = "destroyed"


TRANSITIONS = frozenset(
    {
        (KeyState.PRE_PUBLISHED, KeyState.ACTIVE),
        (KeyState.PRE_PUBLISHED, KeyState.DESTROYED),
        (KeyState.ACTIVE, KeyState.RETIRED),
        (KeyState.RETIRED, KeyState.DESTROYED),
    }
)


def check_transition(current: KeyState, target: KeyState) -> None:
    """Raises: KeyStateConflict unless the table has this step."""
    if (current, target) not in TRANSITIONS:
        raise KeyStateConflict(
            f"A key that is {current} cannot become {target}.", f"密钥不能由 {current} 变为 {target}。"
        )
