"""Numbers and moments are said the same way everywhere, in both languages."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from cloudstore.kit import labels, wording
from cloudstore.kit.labels import Label, LabelClash

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # a Sunday, 12:00 in Shanghai


def in_chinese(function, *args):
    with translation.override("zh-hans"):
        return function(*args)


def in_english(function, *args):
    with translation.override("en"):
        return function(*args)


@pytest.mark.parametrize(
    ("number", "zh", "en"),
    [
        (0, "0", "0"),
        (9999, "9,999", "9,999"),
        (10_000, "1 万", "10k"),
        (18_642, "1.86 万", "18.6k"),
        (99_999_999, "1 亿", "100M"),
        (320_000_000, "3.2 亿", "320M"),
        (999_950, "100 万", "1M"),
        (-18_642, "-1.86 万", "-18.6k"),
        (Decimal("71.4"), "71.4", "71.4"),
        (2_500_000_000, "25 亿", "2.5B"),
    ],
)
def test_large_counts_are_short_in_the_language_of_the_reader(number, zh, en):
    assert in_chinese(wording.count, number).replace("\u00a0", " ") == zh
    assert in_english(wording.count, number) == en


@given(st.integers(-(10**11), 10**11))
def test_a_short_count_is_never_longer_than_seven_digits_and_signs(number):
    for language in (in_chinese, in_english):
        said = language(wording.count, number)
        assert len(said.replace("\u00a0", "").strip("-")) <= 7


@pytest.mark.parametrize(
    ("minutes", "zh", "en", "tone"),
    [
        (-12, "超时 12 分钟", "-12 min", "bad"),
        (-180, "逾期 3 小时", "3 h late", "bad"),
        (-60 * 49, "逾期 2 天", "2 d late", "bad"),
        (8.7, "08:42", "08:42", "warn"),
        (6 * 60, "今天 18:00", "today 18:00", "warn"),
        (20 * 60, "明天 08:00", "tomorrow 08:00", "warn"),
        (3 * 24 * 60, "还剩 3 天", "3 days left", "neutral"),
    ],
)
def test_a_deadline_says_how_near_it_is(minutes, zh, en, tone):
    moment = NOW + timedelta(minutes=minutes)
    assert in_chinese(wording.due, moment, NOW) == zh
    assert in_english(wording.due, moment, NOW) == en
    assert wording.due_tone(moment, NOW) == tone


@pytest.mark.parametrize(
    ("ago", "zh", "en"),
    [
        (timedelta(seconds=20), "刚刚", "just now"),
        (timedelta(minutes=1), "1 分钟前", "1 minute ago"),
        (timedelta(hours=5), "5 小时前", "5 hours ago"),
        (timedelta(days=6), "6 天前", "6 days ago"),
        (timedelta(days=20), "11-02", "11-02"),
        (timedelta(days=400), "2025-10-18", "2025-10-18"),
    ],
)
def test_the_past_is_said_in_words_for_a_week(ago, zh, en):
    assert in_chinese(wording.since, NOW - ago, NOW) == zh
    assert in_english(wording.since, NOW - ago, NOW) == en


def test_shares_have_one_decimal_and_changes_are_points():
    assert wording.percent(Decimal("0.41649")) == "41.6%"
    assert wording.percent(0) == "0.0%"
    assert in_english(wording.points, Decimal("-0.008")) == "-0.8 pt"
    assert in_chinese(wording.points, Decimal("0.023")) == "+2.3 个百分点"
    assert in_english(wording.points, Decimal("0.0001")) == "0.0 pt"


@pytest.mark.parametrize(
    ("hour", "words"), [(8, "Good morning"), (13, "Good afternoon"), (20, "Good evening"), (3, "Good evening")]
)
def test_the_greeting_fits_the_hour_in_shanghai(hour, words):
    assert in_english(wording.greeting, datetime(2026, 11, 22, (hour - 8) % 24, 0, tzinfo=UTC)) == words


def render(source, **context):
    return Template("{% load kit %}" + source).render(Context(context))


def test_filters_show_a_dash_for_what_is_not_known():
    for name in ("money", "count", "exact", "percent", "points", "due", "since", "day", "full", 'label:"role"'):
        assert render("{{ value|" + name + " }}", value=None) == "–"


def test_filters_say_what_the_modules_say():
    assert render("{{ 8620|money }}") == "¥86.20"
    assert render("{{ 1200000|money }}") == "¥12,000"
    assert render("{{ value|masked }}", value="+8613800132210") == "138****2210"
    assert render("{{ value|masked }}", value="陈晨") == "陈**"
    assert in_english(render, '{{ "consultant"|label:"role" }}') == "Sales consultant"
    assert in_chinese(render, '{{ "consultant"|label:"role" }}') == "销售顾问"
    assert render('{{ "unheard"|label:"role" }}') == "unheard"


def test_the_query_tag_changes_one_parameter_and_keeps_the_others_safe():
    request = RequestFactory().get("/", {"q": "<b>&", "page": "3", "region": "east"})
    said = render("{% query page=4 region=None %}", request=request)
    assert said == "?q=%3Cb%3E%26&amp;page=4"


def test_captured_output_is_escaped_once_and_empty_when_there_is_only_space():
    assert render("{% capture x %} {{ value }} {% endcapture %}[{{ x }}]", value="<b>") == "[&lt;b&gt;]"
    assert render("{% capture x %}   {% endcapture %}{% if x %}yes{% else %}no{% endif %}") == "no"


def test_a_chip_has_word_tone_and_shape():
    shown = in_english(render, '{% chip "authorised" "account_state" %}')
    assert "cs-chip--ok" in shown and "Connected" in shown and "<svg" in shown


def test_one_code_has_one_label():
    labels.register("test_group", {"a": Label("First", "ok")})
    labels.register("test_group", {"a": Label("First", "ok"), "b": "Second"})
    assert labels.choices("test_group") == [("a", "First"), ("b", "Second")]
    with pytest.raises(LabelClash):
        labels.register("test_group", {"a": "Other"})
    with pytest.raises(LabelClash):
        labels.register("test_group", {"c": Label("Third", "purple")})
