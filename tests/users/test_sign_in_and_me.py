"""Getting in, proving who one is twice, and the page about oneself."""

import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value
from django.core.cache import cache
from django.test import Client
from django.urls import path

from cloudstore.kit.clock import now
from cloudstore.urls import handler403, handler404, handler500, urlpatterns  # noqa: F401
from cloudstore.users.models import User
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    cache.clear()
    return world.build(now() - timedelta(days=1))


def visitor(language="en") -> Client:
    return Client(headers={"accept-language": language})


def sign_in(client, name, password=world.PASSWORD, **more):
    return client.post("/sign-in/", {"login": name, "password": password}, **more)


@pytest.mark.parametrize(
    ("name", "first_page"),
    [
        ("lin", "/admin/"),
        ("ada", "/admin/"),
        ("fang", "/admin/"),
        ("zhou", "/board/"),
        ("chen", "/d/tasks/"),
        ("wang", "/d/tasks/"),
    ],
)
def test_everybody_starts_where_their_work_is(town, name, first_page):
    client = visitor()
    assert sign_in(client, name).headers["Location"] == "/home/"
    assert client.get("/home/").headers["Location"] == first_page
    assert client.get(first_page).status_code == 200


def test_wrong_name_and_wrong_password_are_told_alike(town):
    answers = {
        sign_in(visitor(), name, password).content.decode().split("cs-banner--bad")[1].split("</div>")[0]
        for name, password in (("wang", "wrong-wrong"), ("nobody", "wrong-wrong"))
    }
    assert len(answers) == 1 and "not correct" in answers.pop()


def test_guessing_is_stopped_after_some_tries_even_with_the_right_password(town):
    client = visitor()
    for _ in range(6):
        sign_in(client, "wang", "wrong-wrong")
    assert b"Too many failed login attempts" in sign_in(client, "wang").content
    assert client.get("/d/me/").status_code == 302


def test_what_was_typed_as_name_stays_and_the_password_does_not(town):
    shown = sign_in(visitor(), "wang", "wrong-wrong").content.decode()
    assert 'value="wang"' in shown and "wrong-wrong" not in shown


def test_a_closed_account_does_not_get_in(town):
    User.objects.filter(username="wang").update(is_active=False)
    client = visitor()
    answer = sign_in(client, "wang")
    assert answer.headers["Location"] == "/sign-in/closed/"
    assert "This account is closed" in client.get("/sign-in/closed/").content.decode()


def test_after_signing_in_one_goes_on_where_one_wanted_to_but_never_to_another_site(town):
    assert visitor().get("/d/me/").headers["Location"] == "/sign-in/?next=/d/me/"
    for wanted, went in (("/d/me/", "/d/me/"), ("https://evil.example/", "/home/"), ("//evil.example", "/home/")):
        answer = visitor().post("/sign-in/", {"login": "wang", "password": world.PASSWORD, "next": wanted})
        assert answer.headers["Location"] == went


def test_nobody_can_register_or_ask_for_a_password_by_mail():
    for address in ("/sign-up/", "/signup/", "/sign-in/signup/", "/password/reset/", "/accounts/signup/"):
        assert visitor().get(address).status_code == 404


def test_signing_out_needs_a_form_and_ends_the_session(town):
    client = visitor()
    sign_in(client, "wang")
    assert b"Sign out of this device?" in client.get("/sign-out/").content
    assert client.get("/d/me/").status_code == 200
    client.post("/sign-out/")
    assert client.get("/d/me/").status_code == 302


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("wang", ["上海嘉和汽车滨江店", "Account operator"]),
        ("fang", ["华东", "Region manager"]),
        ("gao", ["嘉和汽车集团"]),
    ],
)
def test_the_page_about_oneself_says_who_one_is_here(town, name, words):
    shown = world.signed_in(town.people()[name]).get("/d/me/").content.decode()
    assert all(word in shown for word in [*words, "星河汽车", name])


def test_who_has_no_role_is_told_so_and_can_leave(town):
    User.objects.create_user("new", password="harbour-lantern-9")
    client = visitor()
    sign_in(client, "new", "harbour-lantern-9")
    assert b"you have no role yet" in client.get("/home/").content
    assert client.get("/d/me/").status_code == 200
    assert client.get("/d/tasks/").status_code == 404


def test_name_and_language_are_kept_and_the_choice_follows_the_person(town):
    client = world.signed_in(town.people()["wang"])
    answer = client.post("/d/me/", {"display_name": "王磊", "language": "zh-hans"}, follow=True)
    assert "名字与语言" in answer.content.decode() and "已保存" in answer.content.decode()
    other_phone = world.signed_in(town.people()["wang"])
    assert 'lang="zh-Hans"' in other_phone.get("/d/me/").content.decode()
    client.post("/d/me/", {"display_name": "王磊", "language": "auto"})
    assert User.objects.get(username="wang").language == ""
    assert 'lang="en"' in client.get("/d/me/").content.decode()


def test_a_language_that_does_not_exist_changes_nothing(town):
    client = world.signed_in(town.people()["wang"])
    assert client.post("/d/me/", {"display_name": "x", "language": "tlh"}).status_code == 200
    assert User.objects.get(username="wang").display_name == "wang"


@pytest.mark.parametrize(
    ("browser", "lang", "words"),
    [("zh-CN,zh;q=0.9", "zh-Hans", "登录"), ("en-GB", "en", "Sign in"), ("fr", "en", "Sign in")],
)
def test_a_visitor_reads_the_language_of_the_browser(browser, lang, words):
    shown = visitor(browser).get("/sign-in/").content.decode()
    assert f'lang="{lang}"' in shown and words in shown


def test_the_switch_beats_the_browser():
    client = visitor("zh-CN")
    client.post("/i18n/setlang/", {"language": "en", "next": "/sign-in/"})
    assert 'lang="en"' in client.get("/sign-in/").content.decode()


def test_a_new_password_must_be_good_and_the_old_one_known(town):
    client = world.signed_in(town.people()["wang"])
    data = {"oldpassword": world.PASSWORD, "password1": "meadow-harbour-7", "password2": "meadow-harbour-7"}
    for change, words in (
        ({"oldpassword": "wrong"}, "current password"),
        ({"password1": "short", "password2": "short"}, "at least 10 characters"),
        ({"password1": "password123", "password2": "password123"}, "too common"),
    ):
        answer = client.post("/d/me/password/", data | change)
        assert answer.status_code == 200 and words in answer.content.decode()
    assert client.post("/d/me/password/", data).status_code == 302
    assert sign_in(visitor(), "wang", "meadow-harbour-7").status_code == 302


def code_of(secret, at=None) -> str:
    counter = int(at or time.time()) // 30
    return f"{hotp_value(secret, counter):06d}"


def test_two_step_sign_in_is_set_up_and_then_asked_for(town):
    client = visitor()
    sign_in(client, "wang")
    asked = client.get("/d/me/two-step/totp/activate/").headers["Location"]
    assert client.post(asked, {"password": "wrong-wrong"}).status_code == 200
    page = client.post(asked, {"password": world.PASSWORD}, follow=True)
    secret = page.context["form"].secret
    assert b"data:image/svg+xml" in page.content
    assert client.post("/d/me/two-step/totp/activate/", {"code": "000000"}).status_code == 200
    assert client.post("/d/me/two-step/totp/activate/", {"code": code_of(secret)}).status_code == 302
    assert "cs-chip--ok" in client.get("/d/me/").content.decode()
    cache.clear()
    fresh = visitor()
    assert sign_in(fresh, "wang").headers["Location"].startswith("/d/me/two-step/authenticate/")
    assert fresh.get("/d/me/").status_code == 302, "the password alone is not enough"
    assert fresh.post("/d/me/two-step/authenticate/", {"code": "000000"}).status_code == 200
    assert fresh.get("/d/me/").status_code == 302
    cache.clear()  # a code is good once; the test does not wait for the next one
    assert fresh.post("/d/me/two-step/authenticate/", {"code": code_of(secret)}).headers["Location"] == "/home/"
    assert fresh.get("/d/me/").status_code == 200


def test_setting_up_the_second_step_asks_for_the_password_again(town):
    """A phone left on the counter must not be enough to lock its owner out."""
    client = world.signed_in(town.people()["wang"])
    assert client.get("/d/me/two-step/totp/activate/").headers["Location"].startswith("/sign-in/again/")


def test_recovery_codes_help_when_the_phone_is_lost(town):
    user = town.people()["wang"].user
    TOTP.activate(user, generate_totp_secret())
    client = visitor()
    sign_in(client, "wang")
    codes = RecoveryCodes.activate(user).get_unused_codes()
    assert client.post("/d/me/two-step/authenticate/", {"code": codes[0]}).headers["Location"] == "/home/"
    again = visitor()
    sign_in(again, "wang")
    assert again.post("/d/me/two-step/authenticate/", {"code": codes[0]}).status_code == 200, "a code is good once"
    assert Authenticator.objects.filter(user=user).count() == 2


def _break(request):
    raise RuntimeError("on purpose")


urlpatterns = [path("breaks/", _break), *urlpatterns]


@pytest.mark.urls("tests.users.test_sign_in_and_me")
@pytest.mark.parametrize(("language", "words"), [("en", "Something failed on our side"), ("zh-CN", "系统出了点问题")])
def test_a_failure_says_what_is_safe_and_shows_nothing_of_the_inside(language, words):
    client = visitor(language)
    client.raise_request_exception = False
    answer = client.get("/breaks/")
    assert answer.status_code == 500
    shown = answer.content.decode()
    assert words in shown and "RuntimeError" not in shown and "on purpose" not in shown


@pytest.mark.parametrize(
    ("language", "words"), [("en", "There is nothing at this address"), ("zh-CN", "这个地址没有内容")]
)
def test_an_unknown_address_is_told_in_the_readers_language(language, words):
    answer = visitor(language).get("/nothing-here/")
    assert answer.status_code == 404 and words in answer.content.decode()


def test_a_form_from_a_stale_page_is_explained(town):
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    answer = client.post("/sign-in/", {"login": "wang", "password": world.PASSWORD})
    assert answer.status_code == 403 and b"This page was open for too long" in answer.content


@pytest.mark.parametrize("address", ["/sign-in/", "/nothing-here/", "/healthz"])
def test_own_pages_allow_no_inline_script_and_no_other_host(address):
    policy = visitor().get(address).headers["Content-Security-Policy"]
    assert "unsafe" not in policy and "script-src 'self'" in policy and "http" not in policy


def test_the_exception_for_inline_scripts_stays_in_the_console(town):
    client = world.signed_in(town.people()["lin"])
    assert "'unsafe-inline'" in client.get("/admin/").headers["Content-Security-Policy"]
    assert "unsafe" not in client.get("/d/me/").headers["Content-Security-Policy"]


def test_no_page_of_ours_carries_inline_style_or_script(town):
    client = world.signed_in(town.people()["chen"])
    for address in ("/d/me/", "/d/me/password/", "/d/me/two-step/", "/sign-out/", "/nothing-here/"):
        shown = client.get(address).content.decode()
        assert " style=" not in shown and "<script>" not in shown and " onclick=" not in shown, address
