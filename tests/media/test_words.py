"""Every reason that the rules know has its sentence, in words with its numbers."""

import pytest

from media import words
from media.rules.refusals import Advice, Refusal
from media.templatetags.media_words import clock

FACTS = {
    name: number
    for number, name in enumerate(
        [
            "width",
            "height",
            "limit",
            "seconds",
            "fps",
            "streams",
            "megabytes",
            "photo",
            "megapixels",
            "frames",
            "photos",
            "codec",
            "allowed",
            "looks_like",
        ],
        7,
    )
}


@pytest.mark.parametrize("code", [*Refusal], ids=str)
def test_a_refusal_says_what_is_wrong_and_what_helps(code):
    wrong, remedy = words.refusal(code, FACTS)
    assert code in words.REFUSALS
    assert wrong
    assert remedy
    assert "%(" not in wrong + remedy
    assert "?" not in wrong


@pytest.mark.parametrize("code", [*Advice], ids=str)
def test_advice_has_its_words(code):
    assert words.advice(code, FACTS)


def test_an_unknown_code_and_missing_numbers_are_no_error():
    assert words.refusal("never_heard_of")[0]
    assert "?" in words.refusal("too_wide", {})[0]
    assert words.sentence("empty_file").startswith("The file is empty (0 bytes). ")


def test_moments_read_like_a_player():
    assert [clock(ms) for ms in (0, 999, 61_000, None)] == ["0:00", "0:00", "1:01", "0:00"]
