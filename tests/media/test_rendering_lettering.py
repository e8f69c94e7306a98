"""Titles, captions and cards: Chinese and English read well, and no text does more than be read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageStat

from media.rendering.lettering import (
    INK,
    WHITE,
    Style,
    clean,
    contrast,
    fit,
    font,
    ink_on,
    parse_colour,
    text_plate,
    wrap,
)
from media.rendering.overlay import draw_end_card, draw_mark, initials_of
from media.rendering.spec import EndCard, RenderSpec, fingerprint
from media.rules.marks import Mark

TITLE = "今天带大家看看新款SUV的后排空间，真的很大！（试驾有礼）快来店里体验吧"


def test_chinese_breaks_anywhere_but_not_before_its_punctuation():
    lines = wrap(TITLE, font(60), 600, 9)
    assert "".join(lines) == TITLE
    assert all(font(60).getlength(line) <= 660 for line in lines)
    assert not any(line[0] in "，！）。" for line in lines)
    assert not any(line[-1] in "（《" for line in lines)


@pytest.mark.parametrize("width", range(200, 700, 20))
def test_the_rules_of_line_ends_hold_at_every_width(width):
    lines = wrap(TITLE, font(60), width, 40)
    assert "".join(lines) == TITLE
    assert not any(line[0] in "，！）" or line[-1] == "（" for line in lines)


def test_english_words_stay_whole():
    lines = wrap("Come and test drive the new Riverside electric saloon", font(60), 500, 9)
    assert " ".join(lines) == "Come and test drive the new Riverside electric saloon"
    assert len(lines) > 2


def test_a_word_longer_than_the_line_is_broken_rather_than_cut_off():
    lines = wrap("W" * 60, font(60), 500, 40)
    assert "".join(lines) == "W" * 60
    assert all(font(60).getlength(line) <= 500 for line in lines)


def test_what_does_not_fit_ends_with_dots():
    lines = wrap(TITLE, font(60), 400, 2)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert font(60).getlength(lines[1]) <= 400


@pytest.mark.parametrize(
    ("dirty", "tidy"),
    [
        ("two\nlines\tand  blanks ", "two lines and blanks"),
        ("right\u202eto left", "right to left"),
        ("nul\x00 byte\x1b[31m", "nul byte [31m"),
        ("笑脸😀👨‍👩‍👧结束", "笑脸 结束"),
        ("生僻字𠮷可以", "生僻字𠮷可以"),
        ("\ue000\ufeff", ""),
    ],
)
def test_text_is_cleaned_of_what_no_font_can_draw(dirty, tidy):
    assert clean(dirty) == tidy


@settings(max_examples=120, deadline=None)
@given(text=st.text(max_size=80), width=st.integers(60, 900), size=st.integers(12, 90), lines=st.integers(1, 4))
def test_any_text_can_be_set(text, width, size, lines):
    made = wrap(text, font(size), width, lines)
    assert len(made) <= lines
    assert all(line.strip() == line and line for line in made)


def test_a_long_text_is_set_smaller_before_it_is_cut():
    wanted = Style(90, max_lines=2)
    style, lines = fit(TITLE, 900, wanted, smallest=40)
    assert 40 <= style.size < 90
    assert "".join(lines) == TITLE


def test_lettering_on_its_plate_reads_on_white_and_on_black():
    plate = text_plate("新车到店", 600, Style(60), smallest=30)
    for ground in ((255, 255, 255), (0, 0, 0), (255, 220, 0)):
        page = Image.new("RGB", plate.size, ground)
        page.paste(plate, (0, 0), plate)
        behind = page.getpixel((plate.width // 2, 4))
        assert contrast(WHITE, behind) >= 4.5


def test_no_text_makes_no_plate():
    assert text_plate("", 600, Style(60), smallest=30) is None
    assert text_plate("\u200b😀", 600, Style(60), smallest=30) is None


@pytest.mark.parametrize("colour", ["#2F5BEA", "#F1C45D", "#FFFFFF", "#000000", "#AD258D", "#06A799"])
def test_the_card_reads_on_any_brand_colour(colour):
    ground = parse_colour(colour)
    assert contrast(ink_on(ground), ground) >= 4.5
    card = draw_end_card(EndCard(brand="星驰汽车", dealer="上海浦东店", colour=colour, line="欢迎试驾"), 540, 960)
    assert card.size == (540, 960)
    assert card.getpixel((5, 5)) == ground
    assert max(ImageStat.Stat(card).stddev) > 5  # something is written on it


@pytest.mark.parametrize("bad", ["blue", "#12345", "#1234567", "#GGGGGG", "2F5BEA", "#2F5BEA:x=1", "＃２Ｆ５ＢＥＡ"])
def test_only_a_plain_colour_is_a_colour(bad):
    with pytest.raises(ValueError, match="not a #RRGGBB"):
        parse_colour(bad)


def test_dealer_and_brand_really_stand_on_the_card():
    def card(**change):
        return draw_end_card(EndCard(**{"brand": "星驰", "dealer": "浦东店", "line": "试驾", **change}), 540, 960)

    plain = card().tobytes()
    for change in ({"brand": "远航"}, {"dealer": "滨江店"}, {"line": "有礼"}, {"initials": "XC"}):
        assert card(**change).tobytes() != plain, change


@pytest.mark.parametrize(
    ("brand", "initials"),
    [("星驰汽车", "星驰"), ("Nova Motors", "NM"), ("nova", "N"), ("  ", ""), ("BYD Auto Sales", "BA"), ("极", "极")],
)
def test_initials_stand_in_for_a_logo(brand, initials):
    assert initials_of(brand) == initials


def test_a_very_long_name_stays_on_the_card():
    name = "上海浦东新区张江高科技园区星驰汽车旗舰体验中心暨售后服务与培训基地" * 4
    card = draw_end_card(EndCard(brand=name, dealer=name, colour="#FFFFFF", line=name), 540, 960)
    edges = [card.getpixel((x, y)) for y in range(960) for x in (0, 1, 538, 539)]
    assert set(edges) == {(255, 255, 255)}


@pytest.mark.parametrize("mark", [mark for mark in Mark if mark is not Mark.NONE])
def test_a_mark_lies_within_the_picture(mark):
    picture, left, top = draw_mark(mark, "星驰汽车 · 上海浦东店", 1080, 1920)
    assert left > 0 and left + picture.width < 1080
    assert top > 0 and top + picture.height < 1920


def test_no_mark_is_drawn_unless_asked_for():
    assert draw_mark(Mark.NONE, "星驰汽车", 1080, 1920) is None
    assert draw_mark(Mark.TOP_LEFT, "", 1080, 1920) is None
    assert RenderSpec(card=None).mark is Mark.NONE


def test_the_ink_of_the_palette_is_near_black():
    assert contrast(INK, WHITE) > 15


def test_a_result_is_named_by_everything_that_changes_a_pixel():
    card = EndCard(brand="星驰", dealer="浦东店")
    plain = RenderSpec(card=card)
    others = [
        RenderSpec(card=None),
        RenderSpec(card=EndCard(brand="星驰", dealer="滨江店")),
        RenderSpec(card=card, mark=Mark.TOP_LEFT),
        RenderSpec(card=card, width=720),
        RenderSpec(card=card, quality=22),
    ]
    names = {fingerprint("a" * 64, spec, kind="clip") for spec in (plain, *others)}
    assert len(names) == 6
    assert fingerprint("a" * 64, plain, kind="clip") == fingerprint("a" * 64, RenderSpec(card=card), kind="clip")
    assert fingerprint("b" * 64, plain, kind="clip") not in names
    assert fingerprint("a" * 64, plain, kind="story") not in names
    assert all(len(name) == 32 and int(name, 16) >= 0 for name in names)
