"""What a process counts of one caller by itself, and what it shares."""

import pytest

from negotiations.rest.http.throttling import Tally


@pytest.mark.parametrize(
    ("limit", "before", "number", "expected"),
    [
        # Expected: what is shared now, then shared and own, and what is left.
        # A twentieth of 100 is 5: less than that waits.
        (100, (0, 0), 1, (0, (0, 1), 99)),
        (100, (0, 3), 1, (0, (0, 4), 96)),
        (100, (0, 4), 1, (5, (5, 0), 95)),
        (100, (20, 2), 7, (9, (29, 0), 71)),
        # Of a small limit each request is shared.
        (1, (0, 0), 1, (1, (1, 0), 0)),
        (20, (7, 0), 1, (1, (8, 0), 12)),
        (39, (0, 1), 1, (2, (2, 0), 37)),
        (41, (0, 1), 1, (0, (0, 2), 39)),
        # A large answer takes what is left and no more.
        (100, (90, 4), 50, (10, (100, 0), 0)),
        (100, (100, 0), 1, (0, (100, 0), 0)),
        # Other processes let more through than the limit.
        (100, (103, 0), 1, (0, (103, 0), -3)),
    ],
)
def test_requests_are_shared_after_a_twentieth(limit, before, number, expected):
    tally = Tally(*before)

    news = tally.take(limit, number)

    assert (news, (tally.shared, tally.own), tally.get_left(limit)) == expected


@pytest.mark.parametrize(("total", "left"), [(60, 40), (5, 95), (3, 95), (120, -20)])
def test_a_shared_count_is_learned_and_never_forgotten(total, left):
    tally = Tally(shared=5)

    tally.learn(total)

    assert tally.get_left(100) == left


def test_what_could_not_be_shared_is_shared_with_the_next_request():
    tally = Tally(own=4)
    tally.take_back(tally.take(100))

    assert (tally.shared, tally.own, tally.take(100)) == (0, 5, 6)
