"""Typed values, their layers, and where they are put."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.course.fill import fill
from tutor.course.records import Block, Course, Variable, VariableType
from tutor.course.variables import Layer, parameters, references, resolve, substitute, valid
from tutor.errors import UsageError
from tutor.text import text

COURSE = Course(
    "c",
    "C",
    "1",
    "sha256:0",
    "sv",
    {
        "vm": Variable("vm", "my-vm", "name", "student"),
        "host_port": Variable("host_port", 2222, "port", "course"),
        "nat_mac": Variable("nat_mac", "52:54:00:aa:bb:cc", "mac", "course"),
    },
    (),
)
VALUES: dict[str, str | int] = {"vm": "my-vm", "host_port": 2222, "xml_file": "~/vm.xml"}


def layer(origin: str, **values: str | int) -> Layer:
    return Layer(text("{origin}", origin=origin), values)


# --- layers


def test_without_layers_the_course_decides() -> None:
    assert resolve(COURSE) == {"vm": "my-vm", "host_port": 2222, "nat_mac": "52:54:00:aa:bb:cc"}


def test_the_first_layer_wins_and_values_get_their_type() -> None:
    values = resolve(
        COURSE, layer("--var", vm="a", host_port="22"), layer("the file", vm="b", nat_mac="52:54:00:AA:00:01")
    )
    assert values == {"vm": "a", "host_port": 22, "nat_mac": "52:54:00:aa:00:01"}


def test_a_bad_value_is_refused_even_where_a_stronger_layer_hides_it() -> None:
    with pytest.raises(UsageError):
        resolve(COURSE, layer("--var", vm="a"), layer("the file", vm="a/b"))


def test_a_refusal_names_the_layer_the_variable_and_what_is_wanted() -> None:
    with pytest.raises(UsageError) as refused:
        resolve(COURSE, layer("--var", host_port="0"))
    assert refused.value.what.render(str) == "--var: host_port cannot be 0"
    assert refused.value.tip is not None
    assert refused.value.tip.render(str) == "Give a port from 1 to 65535."


@pytest.mark.parametrize(
    ("name", "tip"), [("host_prot", "Did you mean host_port?"), ("q", "`tutor config` lists the variables.")]
)
def test_an_unknown_variable_is_named_with_the_nearest(name: str, tip: str) -> None:
    with pytest.raises(UsageError) as refused:
        resolve(COURSE, layer("the configuration", **{name: "1"}))
    assert refused.value.what.render(str) == f"the configuration: the course has no variable called {name}"
    assert refused.value.tip is not None
    assert refused.value.tip.render(str) == tip


# --- types

GOOD: list[tuple[VariableType, list[str]]] = [
    ("name", ["a", "x" * 64, "min gäst", "it's", "$x", "a-b", "~"]),
    ("path", ["/", "/a b", "~/vm.xml", "/a/../b"]),
    ("size", ["30G", "512M", "1T", "64K"]),
    ("address", ["192.168.122.50", "0.0.0.0", "255.255.255.255"]),  # noqa: S104 - a value to look at
    ("mac", ["52:54:00:aa:bb:cc"]),
    ("port", ["1", "65535"]),
    ("uri", ["qemu:///system", "qemu:///session"]),
]
BAD: list[tuple[VariableType, list[str]]] = [
    ("name", ["", "x" * 65, "a/b", "-a", "a\n", "a\x1bb", "a\x7f", "\u2028", " a", "a ", "\udcff"]),
    ("path", ["", "vm.xml", "~", "~user/x", "./a", "/a\nb", "~/a\0"]),
    ("size", ["", "30", "0G", "30GB", "30GiB", "30g", "3.5G", "-1G", " 30G", "٣G", "1P"]),
    ("address", ["", "192.168.1", "1.2.3.256", "1.2.3.04", "::1", "1.2.3.4/24", "1.2.3.4 ", "1.2.3.٤"]),
    ("mac", ["", "52:54:00:aa:bb", "52-54-00-aa-bb-cc", "53:54:00:aa:bb:cc", "52:54:00:aa:bb:cg"]),
    ("port", ["", "0", "65536", "-1", "022", "2 2", "٢٢", "99999"]),
    ("uri", ["", "qemu:///", "qemu+ssh://host/system", "qemu:///system "]),
]


@pytest.mark.parametrize(("type_", "value"), [(type_, value) for type_, values in GOOD for value in values])
def test_good_values(type_: VariableType, value: str) -> None:
    assert str(valid(type_, value)) == value


@pytest.mark.parametrize(("type_", "value"), [(type_, value) for type_, values in BAD for value in values])
def test_bad_values(type_: VariableType, value: str) -> None:
    assert valid(type_, value) is None


# --- substitution


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("port ${host_port}.", "port 2222."),
        ("${vm}${vm}", "my-vmmy-vm"),
        ("$${vm}", "${vm}"),
        ("$$ $$x $vm", "$$ $$x $vm"),
        ("${nothing} ${", "${nothing} ${"),
        ("${vm:-x}", "${vm:-x}"),
    ],
)
def test_substitution(before: str, after: str) -> None:
    assert substitute(before, VALUES) == after


def test_values_are_not_looked_into_again() -> None:
    assert substitute("${a}", {"a": "${b}", "b": "x"}) == "${b}"


NAMES = st.sampled_from(["vm", "host_port", "xml_file"])
PLAIN = st.text(alphabet=st.characters(exclude_characters="${}", exclude_categories=["Cs"]))


@given(st.lists(st.tuples(PLAIN, NAMES)), PLAIN)
def test_between_references_nothing_changes(parts: list[tuple[str, str]], end: str) -> None:
    template = "".join(f"{plain}${{{name}}}" for plain, name in parts) + end
    assert substitute(template, VALUES) == "".join(f"{plain}{VALUES[name]}" for plain, name in parts) + end


@given(st.text(alphabet="${}vm \n", max_size=30))
def test_substitution_never_fails_and_references_are_what_it_replaces(template: str) -> None:
    names = {name for _, name in references(template)}
    assert (substitute(template, {"vm": "x"}) == substitute(template, {})) == ("vm" not in names)


@given(st.text())
def test_an_escaped_text_comes_back(plain: str) -> None:
    assert substitute(plain.replace("${", "$${"), {}) == plain.replace("$${", "$${") or "$$" in plain


def test_references_have_lines() -> None:
    assert list(references("${a}\n$${b}\n x ${c}")) == [(0, "a"), (2, "c")]


# --- parameters


def test_a_whole_reference_keeps_the_type_at_any_depth() -> None:
    params = {
        "port": "${host_port}",
        "text": "port ${host_port}",
        "deep": {"ports": ["${host_port}", 7, True, "$${vm}", "${unknown}"]},
    }
    assert parameters(params, VALUES) == {
        "port": 2222,
        "text": "port 2222",
        "deep": {"ports": [2222, 7, True, "${vm}", "${unknown}"]},
    }


# --- blocks


def test_a_block_is_filled_as_its_kind_and_language_ask_for() -> None:
    values = {"vm": "a&b 'c'", "file": "~/x.xml"}
    run = Block("run", "virsh start ${vm}\n", 1, "bash")
    xml = Block("file", "<name>${vm}</name>\n", 1, "xml", "${file}")
    assert fill(run, values).text == "virsh start 'a&b '\"'\"'c'\"'\"''\n"
    assert fill(xml, values) == replace(xml, text="<name>a&amp;b &apos;c&apos;</name>\n", detail="~/x.xml")
    assert fill(Block("file", "${vm}", 1, "json", "~/x"), values).text == "a&b 'c'"
    assert fill(Block("prose", "${vm}", 1), values).text == "a&b 'c'"
    assert fill(Block("example", "${vm}", 1, "text"), values).text == "${vm}"
