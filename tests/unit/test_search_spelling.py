"""Which word was meant: slips, the keyboard, frequency, neighbours, and what is left alone."""

from collections.abc import Mapping

import pytest

from search.spelling import Known, choices

COUNTS = {
    **{"recorder": 90, "decoder": 40, "nonstick": 5, "notebook": 300, "house": 200, "mouse": 150, "lamp": 80},
    **{"camp": 2, "flat": 90, "fall": 60, "basket": 12, "enclosures": 30, "kettle": 9, "fans": 50, "fins": 40},
}
PAIRS = {("fall", "apart"): 2, ("case", "fans"): 9}


def known(counts: Mapping[str, int] = COUNTS) -> Known:
    by_length: dict[int, list[str]] = {}
    for word in counts:
        by_length.setdefault(len(word), []).append(word)
    return Known(by_length, lambda word: counts.get(word, 0), lambda left, right: PAIRS.get((left, right), 0))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("recordr", "recorder"),  # a letter left out
        ("recoorder", "recorder"),
        ("ercorder", "recorder"),  # the first two letters swapped
        ("eecorder", "recorder"),  # the key beside it
        ("recprdwr", "recorder"),
        ("ncloaures", "enclosures"),  # two slips, the first letter among them, in a long word
        ("notebok", "notebook"),
        ("kettel", "kettle"),
    ],
)
def test_one_slip_and_two_in_long_words_are_understood(typed: str, meant: str) -> None:
    found = choices(typed, "", "", known())
    assert found.is_sure
    assert found.words[0] == meant


def test_among_words_as_near_the_commoner_one_wins() -> None:
    assert choices("iouse", "", "", known()).words[0] == "house"
    assert not choices("xlamp", "", "", known()).words  # a letter before a word is rather a name


def test_neighbours_decide_where_a_word_alone_says_little() -> None:
    assert choices("falt", "", "apart", known()).words[0] == "fall"
    assert choices("fns", "case", "", known()).is_sure
    assert choices("fns", "case", "", known()).words[0] == "fans"


def test_a_short_word_alone_is_only_guessed_at_where_one_word_is_clearly_commoner() -> None:
    assert choices("lanp", "", "", known()).is_sure
    assert not choices("famp", "", "", known({"lamp": 8, "camp": 7})).is_sure
    assert not choices("fns", "", "", known()).is_sure


@pytest.mark.parametrize("typed", ["joystick", "xyzzy", "ab", "b2b4", "téle"])
def test_what_is_too_far_from_every_word_is_left_alone(typed: str) -> None:
    assert not choices(typed, "", "", known()).is_sure
