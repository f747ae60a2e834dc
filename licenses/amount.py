"""Sums of money in Chinese capitals (大写金额), as certificates print them: 5000000.00 → 人民币伍佰万元整.

After 支付结算办法 annex 1 (正确填写票据和结算凭证的基本规定). Input is a decimal string that
`claims.Kind.MONEY` has accepted: at most fifteen digits before the point and two after it.
"""

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "兆")


def amount_in_capitals(decimal: str) -> str:
    """The sum in words. Raises ValueError for anything but digits with at most two decimals."""
    whole, _, fraction = decimal.partition(".")
    if not (whole.isascii() and whole.isdigit()) or len(whole) > 15 or len(fraction) > 2:
        raise ValueError("not a sum of money")
    jiao, fen = (int(digit) for digit in fraction.ljust(2, "0"))
    yuan = _whole(int(whole))
    words = f"{yuan}元" if yuan else ""
    if not jiao and not fen:
        return f"人民币{words or '零元'}整"
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    elif words:
        words += "零"
    return f"人民币{words}" + (f"{_DIGITS[fen]}分" if fen else "整")


def _whole(number: int) -> str:
    groups = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    words = ""
    gap = False
    for place in reversed(range(len(groups))):
        group = groups[place]
        if group == 0:
            gap = True
            continue
        if words and (gap or group < 1000):
            words += "零"
        words += _group(group) + _GROUPS[place]
        gap = False
    return words


def _group(group: int) -> str:
    words, gap = "", False
    for place in reversed(range(4)):
        digit = group // 10**place % 10
        if digit == 0:
            gap = bool(words)
            continue
        words += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return words
