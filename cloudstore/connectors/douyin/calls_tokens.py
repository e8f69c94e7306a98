"""Tokens: from the browser step's code to a year of access, and who an account is.

The encodings differ by call (form for the account's tokens, JSON for the app's), as the official client does it.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from cloudstore.connectors.douyin.answers import AccountToken, ClientToken, RenewedToken, UserInfo, scopes
from cloudstore.connectors.douyin.calls import Calls, must
from cloudstore.connectors.douyin.parsing import count, text


def connect_url(
    base_url: str, *, client_key: str, scopes: tuple[str, ...], redirect_uri: str, state: str, optional: str = ""
) -> str:
    """Where to send the owner of an account in a browser. `state` must be unguessable and used once."""
    query = {
        "client_key": client_key,
        "response_type": "code",
        "scope": ",".join(scopes),
        "redirect_uri": redirect_uri,
        "state": state,
    }
    if optional:
        query["optionalScope"] = optional
    return f"{base_url.rstrip('/')}/platform/oauth/connect/?{urlencode(query)}"


class TokenCalls(Calls):
    def client_token(self) -> ClientToken:
        """A token for calls that concern no account; two hours."""
        answer = self._transport.call(
            "client_token",
            "POST",
            "/oauth/client_token/",
            json={
                "client_key": self.client_key,
                "client_secret": self._client_secret,
                "grant_type": "client_credential",
            },
        )
        return ClientToken(must(answer, "access_token", "client_token"), count(answer.get("expires_in")))

    def access_token(self, code: str) -> AccountToken:
        """Exchange the code of the browser step; it is good once and for ten minutes."""
        answer = self._transport.call(
            "access_token",
            "POST",
            "/oauth/access_token/",
            form={
                "client_key": self.client_key,
                "client_secret": self._client_secret,
                "code": code,
                "grant_type": "authorization_code",
            },
            changes=True,
        )
        return _account_token(answer, "access_token")

    def refresh_token(self, refresh_token: str) -> AccountToken:
        """A new access token for 15 days. The refresh token's own end does not move."""
        answer = self._transport.call(
            "refresh_token",
            "POST",
            "/oauth/refresh_token/",
            form={"client_key": self.client_key, "grant_type": "refresh_token", "refresh_token": refresh_token},
        )
        return _account_token(answer, "refresh_token")

    def renew_refresh_token(self, refresh_token: str) -> RenewedToken:
        """A new refresh token for 30 days, at most five times in a row; the old one dies with the answer."""
        answer = self._transport.call(
            "renew_refresh_token",
            "POST",
            "/oauth/renew_refresh_token/",
            form={"client_key": self.client_key, "refresh_token": refresh_token},
            changes=True,
        )
        token = must(answer, "refresh_token", "renew_refresh_token", changes=True)
        return RenewedToken(token, count(answer.get("expires_in")))

    def userinfo(self, *, access_token: str, open_id: str) -> UserInfo:
        """Who the account is."""
        answer = self._transport.call(
            "userinfo", "POST", "/oauth/userinfo/", form={"access_token": access_token, "open_id": open_id}
        )
        return UserInfo(
            open_id=must(answer, "open_id", "userinfo"),
            union_id=text(answer.get("union_id"), 128),
            nickname=text(answer.get("nickname"), 100),
            avatar=text(answer.get("avatar"), 2_000),
            city=text(answer.get("city"), 100),
            role=text(answer.get("e_account_role"), 100),
        )


def _account_token(answer: dict[str, Any], call: str) -> AccountToken:
    return AccountToken(
        open_id=must(answer, "open_id", call, changes=True),
        access_token=must(answer, "access_token", call, changes=True),
        expires_in=count(answer.get("expires_in")),
        refresh_token=must(answer, "refresh_token", call, changes=True),
        refresh_expires_in=count(answer.get("refresh_expires_in")),
        scopes=scopes(answer.get("scope")),
    )
