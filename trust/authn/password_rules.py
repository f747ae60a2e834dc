"""Whether a new password is good enough (口令强度), ASVS 5.0 §6.2: long and not guessable, nothing else.

No rule asks for digits or signs, none asks to change it every season. Guessing is judged by `zxcvbn`
(lists of leaked passwords, keyboard walks, dates, repetitions) together with words from the person's own
surroundings. Does not check: whether the person uses it elsewhere.
"""

from collections.abc import Callable, Collection

from trust.authn.errors import PasswordTooWeak
from trust.authn.passwords import LONGEST, normalized

SHORTEST = 10
"""Characters. NIST SP 800-63B asks for 8 where a second factor follows."""
LEAST_SCORE = 3
"""Of 4: safely unguessable, 10^8 guesses or more."""
_JUDGED = 64
"""The estimator's time grows fast with length; what makes a password weak shows within these characters."""


def _long_enough(password: str, _words: Collection[str]) -> None:
    if len(password) < SHORTEST:
        raise PasswordTooWeak(
            f"A password has at least {SHORTEST} characters.", f"密码至少 {SHORTEST} 个字符。"
        )


def _short_enough(password: str, _words: Collection[str]) -> None:
    if len(password) > LONGEST:
        raise PasswordTooWeak(f"A password has at most {LONGEST} characters.", f"密码最多 {LONGEST} 个字符。")


def _writable(password: str, _words: Collection[str]) -> None:
    try:
        password.encode("utf-8")
    except UnicodeEncodeError:
        raise PasswordTooWeak(
            "The password holds a character that cannot be stored.", "密码中含有无法保存的字符。"
        ) from None


def _about_oneself(password: str, words: Collection[str]) -> None:
    folded = password.casefold()
    if any(len(word) >= 4 and word.casefold() in folded for word in words):
        raise PasswordTooWeak(
            "The password contains your name or number.", "密码中包含您的姓名、号码或账号。"
        )


def _hard_to_guess(password: str, words: Collection[str]) -> None:
    from zxcvbn import zxcvbn  # its word lists take 14 MiB; a worker that sets no password goes without

    if zxcvbn(password[:_JUDGED], user_inputs=list(words))["score"] < LEAST_SCORE:
        raise PasswordTooWeak(
            "The password is too easy to guess. Take several words that do not belong together.",
            "密码容易被猜到，请使用几个互不相关的词组成密码。",
        )


RULES: tuple[Callable[[str, Collection[str]], None], ...] = (
    _long_enough,
    _short_enough,
    _writable,
    _about_oneself,
    _hard_to_guess,
)
"""In this order; the first that does not hold is told."""


def check_new_password(password: str, *, words: Collection[str] = ()) -> None:
    """words: what others know of the person (login names, number, name). Raises: PasswordTooWeak."""
    text = normalized(password)
    for rule in RULES:
        rule(text, words)
