"""Every word that people read exists in Chinese, and the machine notices when one does not."""

import gettext
import io

import polib
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from cloudstore.kit import catalogue, extraction
from cloudstore.kit.catalogue import BadCatalogue, Entry

PYTHON = """
from django.utils.translation import gettext as _, ngettext, pgettext_lazy
from django.utils import translation
from elsewhere import gettext
_("Plain"); _("Two " "parts")
ngettext("%(n)d task", "%(n)d tasks", n)
pgettext_lazy("live streaming", "Live")
translation.gettext("By module")
gettext("Not ours: another function of that name")
"""
TEMPLATE = """
{% load i18n %}{% trans "Task" %}{% translate "It's due" %}{% trans "Live" context "live streaming" %}
{% blocktrans trimmed count n=rows|length %}
  {{ n }} row
{% plural %}
  {{ n }} rows
{% endblocktrans %}
{% blocktrans with name=x %}Hello {{ name }}, 100% sure{% endblocktrans %}
{% include "x.html" with title=_("From a variable") %}
"""


def keys(entries):
    return {entry.key for entry in entries}


def test_strings_are_found_in_python():
    assert keys(extraction.from_python(PYTHON, "x.py")) == {
        ("", "Plain", ""),
        ("", "Two parts", ""),
        ("", "%(n)d task", "%(n)d tasks"),
        ("live streaming", "Live", ""),
        ("", "By module", ""),
    }


def test_strings_are_found_in_templates_as_django_will_ask_for_them():
    assert keys(extraction.from_template(TEMPLATE, "x.html")) == {
        ("", "Task", ""),
        ("", "It's due", ""),
        ("live streaming", "Live", ""),
        ("", "%(n)s row", "%(n)s rows"),
        ("", "Hello %(name)s, 100%% sure", ""),
        ("", "From a variable", ""),
    }


@pytest.mark.parametrize("code", ['_(f"Hello {name}")', "_(name)", '_("a" + b)', "_()"])
def test_a_string_that_nobody_could_translate_is_refused_with_its_place(code):
    with pytest.raises(extraction.CannotExtract, match=r"x\.py:3"):
        list(extraction.from_python(f"from django.utils.translation import gettext as _\n\n{code}", "x.py"))


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters='\n\t"\\'), min_size=1, max_size=40)


@given(
    st.lists(st.builds(Entry, texts, st.just(""), st.just(""), texts), unique_by=lambda entry: entry.text, max_size=8)
)
def test_what_is_written_is_read_again_and_read_alike_by_other_tools(tmp_path_factory, entries):
    path = tmp_path_factory.mktemp("po") / "django.po"
    catalogue.write(path, entries, "Test")
    assert keys(catalogue.read(path)) == keys(entries)
    others = {one.msgid: one.msgstr for one in polib.pofile(str(path))}
    assert others == {entry.text: entry.translation for entry in entries}


def test_the_compiled_file_is_what_gettext_understands(tmp_path):
    entries = [
        Entry("Task", translation="任务"),
        Entry("%(n)d task", "%(n)d tasks", translation="%(n)d 个任务"),
        Entry("Live", context="live streaming", translation="直播"),
        Entry("Unsure", translation="不确定", flags=frozenset({"fuzzy"})),
        Entry("Empty"),
    ]
    words = gettext.GNUTranslations(io.BytesIO(catalogue.compiled(entries)))
    assert words.gettext("Task") == "任务"
    assert words.ngettext("%(n)d task", "%(n)d tasks", 5) == "%(n)d 个任务"
    assert words.pgettext("live streaming", "Live") == "直播"
    assert words.gettext("Live") == "Live"
    assert words.gettext("Unsure") == "Unsure" and words.gettext("Empty") == "Empty"


def test_a_compiled_file_is_made_anew_only_when_its_source_changed(tmp_path):
    source, target = tmp_path / "a", tmp_path / "b"
    po = source / "zh_Hans" / "LC_MESSAGES" / "django.po"
    catalogue.write(po, [Entry("Task", translation="任务")], "Test")
    assert catalogue.refresh(source, target) is True
    assert catalogue.refresh(source, target) is False
    catalogue.write(po, [Entry("Task", translation="工作任务")], "Test")
    assert catalogue.refresh(source, target) is True
    made = (target / "zh_Hans" / "LC_MESSAGES" / "django.mo").read_bytes()
    assert gettext.GNUTranslations(io.BytesIO(made)).gettext("Task") == "工作任务"


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (Entry("Task"), "not translated"),
        (Entry("Task", translation="  "), "not translated"),
        (Entry("Task", translation="任务", flags=frozenset({"fuzzy"})), "fuzzy"),
        (Entry("Hello %(name)s", translation="你好"), "placeholders differ: %(name)s"),
        (Entry("in {n} min", translation="{m} 分钟后"), "placeholders differ: {m}, {n}"),
        (Entry("%(n)d day", "%(n)d days", translation="%(n)d 天"), ""),
        (Entry("one day", "%(n)d days", translation="%(n)d 天"), ""),
    ],
)
def test_a_doubtful_translation_is_named(entry, problem):
    assert entry.problem() == problem


def test_a_broken_catalogue_says_where(tmp_path):
    path = tmp_path / "django.po"
    path.write_text('msgid "a"\nmsgstr "b"\nnonsense\n')
    with pytest.raises(BadCatalogue, match=r"django\.po:3"):
        catalogue.read(path)


def test_merging_keeps_translations_and_drops_what_is_gone():
    known = [Entry("Task", translation="任务"), Entry("Gone", translation="没有了")]
    found = [Entry("Task", places=("a.py",)), Entry("New", places=("b.py",))]
    merged = catalogue.merge(found, known)
    assert [(entry.text, entry.translation, entry.places) for entry in merged] == [
        ("Task", "任务", ("a.py",)),
        ("New", "", ("b.py",)),
    ]


@pytest.fixture
def small_house(tmp_path, settings):
    """A house with one room of one file, and its catalogue."""
    (tmp_path / "cloudstore").mkdir()
    for package in ("media", "tasks", "dashboards"):
        (tmp_path / package).mkdir()
    (tmp_path / "cloudstore" / "room.py").write_text(
        'from django.utils.translation import gettext as _\n_("Task")\n_("Due")\n'
    )
    settings.BASE_DIR = tmp_path
    settings.CATALOGUES = [tmp_path / "locale"]
    return tmp_path


def test_the_check_fails_until_every_string_is_translated(small_house, capsys):
    with pytest.raises(CommandError, match="2 translations need work"):
        call_command("translations", "--check")
    call_command("translations", "--update")
    po = small_house / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    assert "'Due': not in the catalogue" in capsys.readouterr().out
    po.write_text(po.read_text().replace('msgid "Task"\nmsgstr ""', 'msgid "Task"\nmsgstr "任务"'))
    with pytest.raises(CommandError, match="1 translations need work"):
        call_command("translations", "--check")
    po.write_text(po.read_text().replace('msgid "Due"\nmsgstr ""', 'msgid "Due"\nmsgstr "截止"'))
    call_command("translations", "--check")
    assert "2 strings, all translated" in capsys.readouterr().out


def test_the_check_fails_for_words_that_are_no_longer_said(small_house, capsys):
    call_command("translations", "--update")
    (small_house / "cloudstore" / "room.py").write_text("")
    with pytest.raises(CommandError):
        call_command("translations", "--check")
    assert "'Task': no longer in the sources" in capsys.readouterr().out


def test_our_words_and_the_consoles_gaps_reach_django():
    with translation.override("zh-hans"):
        assert translation.gettext("Two-step sign-in") == "两步验证"
        assert translation.pgettext("live streaming", "Live") == "直播"
        assert translation.gettext("Go to the first error") == "跳到第一处错误"


def test_the_consoles_own_catalogue_is_whole():
    entries = catalogue.read(settings.CATALOGUES[1] / "zh_Hans" / "LC_MESSAGES" / "django.po")
    assert len(entries) >= 250
    assert [entry.text for entry in entries if entry.problem()] == []
