"""The waiting room: places, two lines, turns by time, bounded – DOMAIN 3.6."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.waiting_room import LEFT_AFTER, RoomFull, Ticket, WaitingRoom, Way
from tests import make

NOW, SECOND = make.NOW, make.SECOND


def ticket(number: int, way: Way = Way.THERE, *, since: datetime | None = None) -> Ticket:
    return Ticket(name=f"i{number}", way=way, since=since or NOW + number * SECOND)


def full(places: int = 2, most_waiting: int = 10) -> WaitingRoom:
    room = WaitingRoom(places=places, most_waiting=most_waiting)
    for number in range(places):
        assert room.enter(ticket(100 + number, Way.BACK), NOW)
    return room


def test_where_there_is_room_nobody_waits() -> None:
    room = WaitingRoom(places=2, most_waiting=10)
    for number in range(50):
        assert room.go(ticket(number), NOW)
    assert room.enter(ticket(1, Way.BACK), NOW)
    assert room.enter(ticket(2, Way.BACK), NOW)
    assert not room.enter(ticket(3, Way.BACK), NOW)
    assert not room.go(ticket(4), NOW)
    assert (room.busy, room.waiting) == (2, 0)


def test_the_first_in_line_go_first_and_who_comes_later_goes_behind() -> None:
    room = full()
    for number in range(5):
        assert room.wait(ticket(number), NOW).ahead == number
    room.leave(NOW)
    assert not room.go(ticket(4), NOW), "three are before"
    assert not room.go(ticket(9), NOW), "nor somebody new"
    assert room.go(ticket(1), NOW), "of the first two whoever asks first"
    assert room.go(ticket(0), NOW)
    assert room.wait(ticket(4), NOW).ahead == 2


def test_who_has_been_there_goes_before_who_has_still_to_go() -> None:
    room = full(1)
    room.wait(ticket(0), NOW)
    assert room.wait(ticket(5, Way.BACK), NOW).ahead == 0
    assert room.wait(ticket(0), NOW).ahead == 1
    room.leave(NOW)
    assert not room.go(ticket(0), NOW)
    assert room.enter(ticket(5, Way.BACK), NOW)


def test_a_ticket_of_another_node_has_its_turn_by_its_time() -> None:
    room = full()
    for number in range(3):
        room.wait(ticket(number), NOW)
    assert room.wait(ticket(9, since=NOW - SECOND), NOW).ahead == 0


def test_one_name_stands_in_line_once_whatever_its_tickets_say() -> None:
    room = full()
    room.wait(ticket(1), NOW)
    room.wait(ticket(1), NOW)
    room.wait(ticket(1, since=NOW), NOW)
    room.wait(ticket(1, Way.BACK), NOW)
    assert room.waiting == 1


def test_who_does_not_ask_any_more_is_not_waited_for() -> None:
    room = full(1)
    room.wait(ticket(0), NOW)
    room.wait(ticket(1), NOW)
    later = NOW + LEFT_AFTER - SECOND
    assert room.wait(ticket(1), later).ahead == 1
    assert room.wait(ticket(1), NOW + LEFT_AFTER).ahead == 0
    assert room.waiting == 1


def test_who_left_the_line_before_a_clock_was_set_back_is_not_waited_for() -> None:
    room = full(1)
    room.wait(ticket(0), NOW)
    room.wait(ticket(1), NOW)
    now = NOW - 18_000 * SECOND
    assert room.wait(ticket(1), now).ahead == 1
    assert room.wait(ticket(1), now + LEFT_AFTER).ahead == 0


def test_it_is_bounded_and_those_inside_are_not_put_out() -> None:
    room = full(most_waiting=3)
    for number in range(3):
        room.wait(ticket(number), NOW)
    with pytest.raises(RoomFull):
        room.wait(ticket(3), NOW)
    with pytest.raises(RoomFull):
        room.wait(ticket(4, Way.BACK), NOW)
    assert room.wait(ticket(2), NOW).ahead == 2


def test_fewer_places_may_count() -> None:
    room = WaitingRoom(places=5, most_waiting=10)
    assert room.enter(ticket(0, Way.BACK), NOW, places=1)
    assert not room.enter(ticket(1, Way.BACK), NOW, places=1)
    assert room.enter(ticket(1, Way.BACK), NOW)


def test_minutes_are_told_as_things_have_gone_and_not_made_up() -> None:
    room = full()
    for number in range(10):
        room.wait(ticket(number), NOW)
    assert room.wait(ticket(9), NOW).minutes is None
    for _ in range(3):
        room.busy += 1
        room.leave(NOW)
    assert room.wait(ticket(9), NOW).minutes == 4
    assert room.wait(ticket(2), NOW).minutes == 1
    assert room.wait(ticket(9), NOW + 60 * SECOND).minutes is None


def test_who_is_called_and_never_asks_keeps_nobody_waiting() -> None:
    room = full(2, most_waiting=100)
    for number in range(20):
        room.wait(ticket(number, Way.BACK), NOW)
    room.leave(NOW)
    room.leave(NOW)
    last = ticket(50)
    seconds = 0
    while not room.go(last, NOW + seconds * SECOND):
        room.wait(last, NOW + seconds * SECOND)
        seconds += 1
    assert seconds == 8, "twenty were before, and two, four, eight, sixteen called in turn"
    assert room.waiting == 20, "they have their turn still, whenever they ask"
    assert room.enter(ticket(0, Way.BACK), NOW + 9 * SECOND)


def test_who_stands_behind_waits_again_once_all_places_are_taken() -> None:
    room = full(1, most_waiting=100)
    for number in range(4):
        room.wait(ticket(number, Way.BACK), NOW)
    room.leave(NOW)
    assert not room.enter(ticket(3, Way.BACK), NOW)
    assert room.enter(ticket(3, Way.BACK), NOW + 4 * SECOND)
    assert not room.enter(ticket(0, Way.BACK), NOW + 5 * SECOND), "the place is taken"
    room.leave(NOW + 6 * SECOND)
    assert not room.enter(ticket(2, Way.BACK), NOW + 6 * SECOND), "two are before"
    assert room.enter(ticket(0, Way.BACK), NOW + 6 * SECOND)


steps = st.lists(
    st.tuples(st.sampled_from(["wait", "go", "enter", "leave", "later"]), st.integers(0, 12)), max_size=80
)


@settings(max_examples=200)
@given(steps, st.integers(1, 4), st.integers(1, 6))
def test_never_more_than_its_places_nor_more_in_line_and_nobody_passes_another(
    happened: list[tuple[str, int]], places: int, most: int
) -> None:
    room, now, line = WaitingRoom(places=places, most_waiting=most), NOW, set[int]()
    free_since = NOW
    for what, number in happened:
        way = Way.BACK if number % 2 else Way.THERE
        one = ticket(number, way)
        turns = sorted(ticket(other, Way.BACK if other % 2 else Way.THERE).turn for other in line)
        before = [turn for turn in turns if turn < one.turn]
        match what:
            case "wait":
                try:
                    assert room.wait(one, now).ahead == len(before)
                    line.add(number)
                except RoomFull:
                    assert len(line) == most
                    assert number not in line
            case "go" | "enter":
                busy = room.busy
                went = room.go(one, now) if what == "go" else room.enter(one, now)
                if busy < places and len(before) < places:
                    assert went
                if went:
                    assert busy < places
                    assert len(before) < places or now - free_since >= 2 * SECOND
                free_since = now if busy >= places else min(free_since, now)
                if went:
                    line.discard(number)
            case "leave":
                if room.busy:
                    room.leave(now)
            case _:
                now += number * SECOND / 20
        assert 0 <= room.busy <= places
        assert room.waiting == len(line) <= most


@given(st.permutations(range(40)), st.integers(1, 5))
def test_whoever_keeps_asking_is_served_within_a_group_of_their_time(arrival: list[int], places: int) -> None:
    """Nobody is served before the group of as many as there are places that their time puts them in."""
    room = full(places, most_waiting=100)
    for number in arrival:
        room.wait(ticket(number), NOW)
    served: list[int] = []
    while len(served) < len(arrival):
        room.leave(NOW)
        asked = next(number for number in arrival if number not in served and room.go(ticket(number), NOW))
        assert room.enter(ticket(200 + asked, Way.BACK, since=NOW - SECOND), NOW)
        served.append(asked)
    for place, number in enumerate(served):
        assert number <= place + places - 1, "called no earlier than their group"
