"""Masking (脱敏) for read models: enough to recognise one's own data, too little to learn another's."""


def mask_name(name: str) -> str:
    """张三 → 张*; 欧阳明日 → 欧***. The first character stays."""
    return name[:1] + "*" * max(1, len(name) - 1)


def mask_number(number: str) -> str:
    """18 characters: first three, last four. Shorter than 15: first one, last two. Very short: nothing."""
    head, tail = (3, 4) if len(number) >= 15 else (1, 2)
    if len(number) <= head + tail:
        return "*" * len(number)
    return number[:head] + "*" * (len(number) - head - tail) + number[-tail:]


def mask_phone(phone: str) -> str:
    """+8613812345678 → ********5678: the last four digits stay."""
    return "*" * max(4, len(phone) - 4) + phone[-4:] if len(phone) > 6 else "*" * len(phone)


def mask_email(email: str) -> str:
    """name@example.cn → n***@example.cn"""
    local, _, domain = email.partition("@")
    return f"{local[:1]}***@{domain}"
