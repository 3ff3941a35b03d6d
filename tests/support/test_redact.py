"""No secret survives, whatever it is and wherever it stands; what the course is about does."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.support.redact import PUBLIC, Privacy, Secret, redact

KEPT = frozenset({"52:54:00:aa:bb:cc", "192.168.122.0/24", "192.168.50.0/24"})
ANNA = Privacy(
    (
        Secret("home", "/home/anna"),
        Secret("user", "anna"),
        Secret("host", "annas-dator"),
        Secret("machine-id", "0123456789abcdef0123456789abcdef"),
        Secret("email", "anna@example.org"),
        Secret("name", "Anna Ö"),
        Secret("domain", "hemlig"),
        Secret("domain", "hemligare"),
    ),
    KEPT,
)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("/home/anna/vm.xml of anna on ANNAS-DATOR.", "<home>/vm.xml of <user> on <host>."),
        ("annalkande, joanna, anna_2, anna-3", "annalkande, joanna, <user>_2, <user>-3"),
        ("hemligare hemlig hemligare", "<domain-1> <domain> <domain-1>"),
        ("mail anna@example.org, bo@example.org", "mail <email>, <email-1>"),
        ("aa:bb:cc:dd:ee:0F and AA-BB-CC-DD-EE-0F", "<mac-1> and <mac-2>"),
        ("the course's 52:54:00:AA:bb:cc", "the course's 52:54:00:AA:bb:cc"),
        ("10.0.0.7, 10.0.0.8, 10.0.0.7.", "<ip-1>, <ip-2>, <ip-1>."),
        ("192.168.122.50 127.0.0.1 0.0.0.0 255.255.255.0", "192.168.122.50 127.0.0.1 0.0.0.0 255.255.255.0"),
        ("at 12:00:00 and 2001:db8::1: fe80::1%eth0 ::1", "at 12:00:00 and <ip-1>: <ip-2> ::1"),
        ("/home/bo/x /home/anna", "<user-1>/x <home>".replace("<user-1>", "/home/<user-1>")),
        ("id 0123456789ABCDEF0123456789abcdef", "id <machine-id>"),
        ("https://me:pw@proxy.example/", "https://<login-1>@proxy.example/"),
        ("uuid 123e4567-e89b-12d3-a456-426614174000", "uuid <uuid-1>"),
        (json.dumps({"name": "Anna Ö"}), '{"name": "<name>"}'),
        (repr("Anna Ö".encode()), repr("Anna Ö".encode()).replace("Anna", "<user>")),
        ("kernel 6.1.0-18, libvirt 9.0.0", "kernel 6.1.0-18, libvirt 9.0.0"),
        ("", ""),
    ],
)
def test_examples(said: str, shown: str) -> None:
    assert redact(said, ANNA) == shown


def test_placeholders_are_not_taken_for_secrets() -> None:
    names = Privacy((Secret("user", "user"), Secret("host", "mac"), Secret("domain", "ip")))
    assert redact("user mac ip 10.9.8.7 aa:bb:cc:dd:ee:ff", names) == "<user> <host> <domain> <ip-1> <mac-1>"


def test_the_courses_names_stay_whole() -> None:
    privacy = Privacy((Secret("host", "vm"),), frozenset({"minimal-vm"}))
    assert (
        redact("minimal-vm, Minimal-VM, other-vm, vm", privacy)
        == "minimal-vm, Minimal-VM, other-<host>, <host>"
    )
    known = Privacy((Secret("user", "minimal-vm"),), frozenset({"minimal-vm"}))
    assert redact("minimal-vm", known) == "<user>"


def test_public_names_stay() -> None:
    assert redact("debian 12 on debian", Privacy((Secret("host", "debian"),))) == "debian 12 on debian"


words = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=12).filter(
    lambda word: word.casefold() not in PUBLIC
)
macs = st.binary(min_size=6, max_size=6).map(lambda raw: raw.hex(":"))
addresses = st.one_of(st.ip_addresses(v=4, network="10.0.0.0/8"), st.ip_addresses(v=6, network="2000::/3"))
emails = st.tuples(words, words).map(lambda pair: f"{pair[0]}@{pair[1]}.example")
secrets = st.lists(
    st.builds(Secret, st.sampled_from(["user", "host", "domain", "name"]), words), min_size=1, max_size=5
)
between = st.lists(
    st.sampled_from([" ", "/", ": ", "'", '"', "\n", "=", " (", ") ", ", ", "-", "_", "\x1b[2J "]),
    min_size=1,
    max_size=3,
).map("".join)


def stands_alone(value: str, text: str) -> bool:
    found = re.search(rf"(?<![^\W_]){re.escape(value)}(?![^\W_])", text, re.IGNORECASE)
    return found is not None


@given(secrets, st.lists(macs), st.lists(addresses), st.lists(emails), st.data())
def test_no_secret_survives(
    known: list[Secret], hardware: list[str], networks: list[object], mail: list[str], data: st.DataObject
) -> None:
    seeded = [*(secret.value for secret in known), *hardware, *map(str, networks), *mail]
    order = data.draw(st.permutations(seeded))
    text = "".join(value + data.draw(between) for value in order)
    shown = redact(text, Privacy(tuple(known), KEPT))
    inside = re.sub(r"<[a-z0-9-]+>", "<>", shown)
    assert [value for value in seeded if stands_alone(value, inside)] == []


@given(st.text(), secrets)
def test_it_takes_any_text_and_is_done_the_first_time(text: str, known: list[Secret]) -> None:
    privacy = Privacy(tuple(known), KEPT)
    once = redact(text, privacy)
    assert redact(text, privacy) == once


@given(st.lists(st.one_of(macs, addresses.map(str)), min_size=1, unique=True))
def test_the_same_is_the_same_and_others_are_others(values: list[str]) -> None:
    shown = redact(" ".join([*values, *values]), Privacy()).split(" ")
    assert shown[: len(values)] == shown[len(values) :]
    assert len(set(shown)) == len(values)
