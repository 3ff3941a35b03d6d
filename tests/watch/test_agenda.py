"""What is asked, and when; the time is made up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.watch.test_knowledge import DOMAIN, FIREWALL, SNAPSHOTS, seen, verdict
from tutor.host.question import Question
from tutor.watch.agenda import ECHOES, SOON, Agenda
from tutor.watch.knowledge import Knowledge
from tutor.watch.topics import Place

UNIT = Question("unit", object, ("libvirtd.service",)).key
FILE = Question("file", object, ("/etc/x",)).key
KEYS = (DOMAIN, SNAPSHOTS, FIREWALL, UNIT, FILE)


def agenda() -> tuple[Agenda, Knowledge]:
    knowledge = Knowledge(Place("/home/ada"))
    knowledge.keep([seen(key, 1) for key in KEYS], [verdict("x", *KEYS)])
    return Agenda(knowledge), knowledge


def answer(found: Agenda, keys: frozenset[str], now: float, *, changed: bool = False) -> None:
    found.answered(keys, keys if changed else frozenset(), now)


def test_what_an_event_touched_is_asked_once_it_has_settled() -> None:
    found, _ = agenda()
    found.want([FILE], 10.0, settling=0.01)
    assert found.touched(10.0) == frozenset()
    assert found.touched(10.02) == {FILE}
    assert found.touched(10.03) == frozenset(), "it is under way"


def test_what_is_touched_while_it_is_under_way_is_asked_again_afterwards() -> None:
    found, _ = agenda()
    found.want([FILE], 10.0)
    answer_awaited = found.touched(10.0)
    found.want([FILE], 10.1)
    assert found.touched(10.2) == frozenset()
    assert found.unsettled(10.2) == {FILE}
    answer(found, answer_awaited, 10.3, changed=True)
    assert found.touched(10.3) == {FILE}


def test_polls_come_soon_after_a_change_and_more_seldom_later() -> None:
    found, _ = agenda()
    times, now = [], 0.0
    answer(found, frozenset({FILE}), now, changed=True)
    while now < 20.0:
        now = found.next
        keys = found.polls(now, ())
        if SNAPSHOTS in keys:
            times.append(now)
        answer(found, keys, now)
    assert times[0] <= SOON[0] + 1e-6
    pauses = [later - earlier for earlier, later in zip(times, times[1:], strict=False)]  # noqa: RUF007
    assert max(pauses) <= SOON[1] + 1e-6
    assert pauses[-1] > pauses[0]


def test_what_an_event_tells_of_early_is_asked_once_more() -> None:
    """Systemd's link is there before the service is."""
    found, _ = agenda()
    found.want([UNIT], 100.0)
    answer(found, found.touched(100.0), 100.0)
    answer(found, found.polls(100.0, ()), 100.0)
    seen_at = []
    for step in range(200):
        now = 100.0 + step / 100
        keys = found.polls(now, ())
        if UNIT in keys:
            seen_at.append(now - 100.0)
        answer(found, keys, now)
    assert len(seen_at) == len(ECHOES)
    assert all(abs(at - echo) < 0.02 for at, echo in zip(seen_at, ECHOES, strict=True))


def test_the_firewall_is_never_polled() -> None:
    found, _ = agenda()
    now = 0.0
    for _ in range(200):
        now = found.next
        keys = found.polls(now, ())
        assert FIREWALL not in keys
        answer(found, keys, now)


def test_what_is_forgotten_is_not_asked() -> None:
    found, knowledge = agenda()
    found.want([FILE], 10.0)
    knowledge.keep([], [verdict("x", DOMAIN)])
    assert found.touched(11.0) == frozenset()


@given(st.lists(st.tuples(st.sampled_from(KEYS), st.floats(0, 1)), max_size=40))
def test_nothing_that_an_event_touched_is_lost(events: list[tuple[str, float]]) -> None:
    """However events and answers mix: after the last event, each touched question is asked once more."""
    found, _ = agenda()
    now, last, asked = 0.0, dict[str, float](), dict[str, float]()
    for key, pause in events:
        now += pause
        found.want([key], now, settling=0.01)
        last[key] = now
        keys = found.touched(now)
        asked.update(dict.fromkeys(keys, now))
        answer(found, keys, now)
    for _ in range(400):
        now = max(now, found.next)
        for keys in (found.polls(now, ()), found.touched(now)):
            asked.update(dict.fromkeys(keys, now))
            answer(found, keys, now)
    assert all(asked.get(key, -1.0) >= touched for key, touched in last.items())
