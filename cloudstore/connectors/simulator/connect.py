"""The browser step: the owner of an account lets an app act for it and is sent back with a code."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from cloudstore.connectors.simulator.oauth import create_account, issue_code
from cloudstore.connectors.simulator.page import Sheet
from cloudstore.connectors.simulator.platform import Platform
from cloudstore.connectors.simulator.store import Row

ASKED = ("client_key", "response_type", "scope", "optionalScope", "redirect_uri", "state")


class Refused(ValueError):
    """The link is wrong; nobody is sent anywhere."""


def _check(platform: Platform, asked: Mapping[str, str]) -> Row:
    """The app that asks. A redirect to an address it did not register is refused, as is one with a query of its own."""
    app = platform.store.one("select * from app where client_key = ?", asked.get("client_key", ""))
    if app is None:
        raise Refused("client_key")
    if asked.get("response_type") != "code":
        raise Refused("response_type")
    address = urlsplit(asked.get("redirect_uri", ""))
    local = address.hostname in ("127.0.0.1", "localhost", "::1")
    if not address.hostname or address.query or not (address.scheme == "https" or (address.scheme == "http" and local)):
        raise Refused("redirect_uri")
    if not asked["redirect_uri"].startswith(app["redirect_prefix"]):
        raise Refused("redirect_uri")
    if not asked.get("scope"):
        raise Refused("scope")
    return app


def granted(asked: Mapping[str, str]) -> str:
    """The scopes given: all that are demanded, and the optional ones that come ticked."""
    optional = asked.get("optionalScope", "").split(",")
    ticked = [name for name, flag in zip(optional[::2], optional[1::2], strict=False) if flag.strip() == "1"]
    return ",".join(dict.fromkeys(part.strip() for part in [*asked["scope"].split(","), *ticked] if part.strip()))


def routes(platform: Platform) -> list[Route]:
    async def connect(request: Request) -> Response:
        sheet, asked = Sheet(request), {key: request.query_params.get(key, "") for key in ASKED}
        try:
            app = _check(platform, asked)
        except Refused as fault:
            words = sheet.say("This link does not work: {reason}", reason=str(fault))
            return sheet.finish("Connect an account", f"<p>{words}</p>", status=400)
        return sheet.finish("Connect an account", _choices(platform, sheet, app, asked))

    async def allow(request: Request) -> Response:
        form = {key: value for key, value in (await request.form()).items() if isinstance(value, str)}
        try:
            app = _check(platform, form)
        except Refused as fault:
            return Response(str(fault), status_code=400, media_type="text/plain")
        chosen = {"open_id": form["account"]} if form.get("account") else {"nickname": form.get("nickname", "")}
        account = create_account(platform, app["client_key"], chosen)
        code = issue_code(
            platform,
            client_key=app["client_key"],
            open_id=account["open_id"],
            scopes=granted(form),
            redirect_uri=form["redirect_uri"],
        )
        address = form["redirect_uri"].split("#")[0]
        query = urlencode({"code": code, "state": form.get("state", "")})
        return RedirectResponse(f"{address}?{query}", status_code=302)

    return [
        Route("/platform/oauth/connect/", connect),
        Route("/platform/oauth/allow/", allow, methods=["POST"]),
    ]


def _choices(platform: Platform, sheet: Sheet, app: Row, asked: Mapping[str, str]) -> str:
    hidden = "".join(f'<input type="hidden" name="{key}" value="{escape(asked[key])}">' for key in ASKED)
    start = f'<form method="post" action="/platform/oauth/allow/">{hidden}'
    accounts = platform.store.all("select * from account where client_key = ? order by nickname", app["client_key"])
    existing = "".join(
        f'{start}<button name="account" value="{escape(row["open_id"])}">{escape(row["nickname"])}</button></form>'
        for row in accounts
    )
    asking = "The app {app} asks for leave to act for an account. Choose one:"
    return (
        f"<p>{sheet.say(asking, app=app['client_key'])}</p>"
        f"<p>{sheet.say('It asks for: {scopes}', scopes=asked['scope'])}</p>{existing}"
        f"{start}<label>{sheet.say('A new account called')} "
        f'<input name="nickname" required maxlength="40"></label><button>{sheet.say("Allow")}</button></form>'
    )
