"""Descriptions of channels: read strictly, so that a typing mistake is found at start and not in a query."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.trust.persons.registers.server import CHANNEL
from trust.persons.errors import ChannelConfigurationWrong
from trust.persons.registers.channel import parse_channel

GOOD = CHANNEL.format(url="https://register.example.cn/check", timeout=3.0)
TLS = '[tls]\nauthorities = "a.pem"\ncertificate = "c.pem"\nkey = "k.pem"\n'
MISTAKES = {
    "no toml": ("name =", "name"),
    "unknown key": ("attempts = 2", "attempts = 2\nretry = 3"),
    "missing key": ('title = "人口基础信息库"\n', ""),
    "a name with spaces": ('"population"', '"the population"'),
    "another kind": ('kind = "person"', 'kind = "dog"'),
    "an unknown method": ('method = "register"', 'method = "guess"'),
    "plain http": ("https://", "http://"),
    "a user in the address": ("https://", "https://me:secret@"),
    "no host": ("https://register.example.cn/check", "https:///check"),
    "a bad port": ("register.example.cn", "register.example.cn:x"),
    "no purpose": ('["account", "step-up"]', "[]"),
    "a purpose twice": ('["account", "step-up"]', '["account", "account"]'),
    "too patient": ("timeout_seconds = 3.0", "timeout_seconds = 300"),
    "a word for a number": ("timeout_seconds = 3.0", 'timeout_seconds = "3"'),
    "true for a number": ("attempts = 2", "attempts = true"),
    "half an attempt": ("attempts = 2", "attempts = 1.5"),
    "endless attempts": ("attempts = 2", "attempts = 99"),
    "not a number": ("timeout_seconds = 3.0", "timeout_seconds = nan"),
    "an unknown field": ('name = "xm"', 'nickname = "xm"'),
    "two fields under one name": ('name = "xm"', 'name = "gmsfhm"'),
    "nothing sent": ('name = "xm"\nnumber = "gmsfhm"\n[answer]', "[answer]"),
    "a word with two meanings": ('mismatch = ["0"]', 'mismatch = ["1"]'),
    "an empty step": ('outcome = "result.code"', 'outcome = "result..code"'),
    "an echo of nothing": ('[answer.echo]\nnumber = "gmsfhm"', '[answer.echo]\nserial = "x"'),
    "a table that is none": ("[breaker]\nfailures = 3\nopen_seconds = 30\n", 'breaker = "x"\n'),
    "a certificate without its key": ("[send]", '[tls]\ncertificate = "c.pem"\n[send]'),
}


def test_a_good_description_reads_as_written() -> None:
    channel = parse_channel(GOOD.replace("[send]", f"{TLS}[send]"))
    assert (channel.name, channel.kind, channel.timeout_seconds, channel.attempts) == (
        "population",
        "person",
        3.0,
        2,
    )
    assert channel.send == {"name": "xm", "number": "gmsfhm"}
    assert channel.answer.outcome == ("result", "code")
    assert (channel.tls.authorities, channel.tls.certificate, channel.tls.key) == ("a.pem", "c.pem", "k.pem")


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_description_with_a_mistake_is_refused(mistake: str) -> None:
    before, after = MISTAKES[mistake]
    assert before in GOOD
    with pytest.raises(ChannelConfigurationWrong):
        parse_channel(GOOD.replace(before, after, 1))


def test_plain_http_is_taken_on_loopback_only_and_only_when_allowed() -> None:
    local = GOOD.replace("https://register.example.cn", "http://127.0.0.1:8080")
    assert parse_channel(local, allow_loopback=True).url.startswith("http://127")
    with pytest.raises(ChannelConfigurationWrong):
        parse_channel(local)
    with pytest.raises(ChannelConfigurationWrong):
        parse_channel(GOOD.replace("https://", "http://"), allow_loopback=True)


@settings(max_examples=60)
@given(st.one_of(st.text(max_size=200), st.integers(0, len(GOOD)).map(lambda end: GOOD[:end])))
def test_garbage_and_cut_descriptions_never_break_the_reader(text: str) -> None:
    try:
        parse_channel(text)
    except ChannelConfigurationWrong:
        return


def test_a_huge_description_is_refused() -> None:
    with pytest.raises(ChannelConfigurationWrong):
        parse_channel(f"{GOOD}#{'x' * 70_000}")
