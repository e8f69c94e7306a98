"""Which events an app hears, the sandbox that sends a sample on demand, and share ids."""

from __future__ import annotations

from cloudstore.connectors.simulator.access import app_of
from cloudstore.connectors.simulator.events import (
    CONTACT_SIGNALS,
    DOCUMENTED,
    Side,
    Word,
    comment_content,
    entered_content,
    message_content,
)
from cloudstore.connectors.simulator.inputs import BAD_PARAMETER, Inputs
from cloudstore.connectors.simulator.platform import Platform
from cloudstore.connectors.simulator.shells import Answer, Refusal

SAMPLE_PERSON = Side("ou_sandbox", "sandbox user")
SAMPLE_ACCOUNT = Side("od_sandbox", "sandbox account")
SAMPLE_SIDES = (SAMPLE_ACCOUNT, SAMPLE_PERSON)


async def status_list(platform: Platform, inputs: Inputs) -> Answer:
    client_key = app_of(platform, inputs)
    rows = platform.store.all("select event, status from subscription where client_key = ?", client_key)
    off = {row["event"] for row in rows if not row["status"]}
    return Answer({"list": [{"event": event, "status": int(event not in off)} for event in DOCUMENTED]})


async def status_update(platform: Platform, inputs: Inputs) -> Answer:
    client_key = app_of(platform, inputs)
    wanted = inputs.items("list")
    if not wanted or not all(isinstance(row, dict) and row.get("event") in DOCUMENTED for row in wanted):
        raise Refusal(BAD_PARAMETER, "list must name known events")
    with platform.store.together():
        for row in wanted:
            on = str(row.get("status")) == "1"
            platform.store.run(
                "insert into subscription (client_key, event, status) values (?, ?, ?) "
                "on conflict (client_key, event) do update set status = excluded.status, time_outs = 0",
                *(client_key, row["event"], int(on)),
            )
    return Answer()


async def sandbox_send(platform: Platform, inputs: Inputs) -> Answer:
    client_key = app_of(platform, inputs)
    event = inputs.need("event_type")
    platform.outbox.post(client_key, sample(event, platform.now()))
    return Answer()


def sample(event: str, at: float) -> Word:
    """A made-up event of a kind, for an app that wants to try its door."""
    person, account = SAMPLE_PERSON.open_id, SAMPLE_ACCOUNT.open_id
    if event in CONTACT_SIGNALS:
        return Word(event, person, account)
    if event in ("im_receive_msg", "im_send_msg"):
        sender, receiver = (person, account) if event == "im_receive_msg" else (account, person)
        content = message_content(
            conversation_id="@sandbox",
            message_id="@sandbox-message",
            message_type="text",
            fields={"text": "sandbox"},
            sides=SAMPLE_SIDES,
            source="",
            at=at,
        )
        return Word(event, sender, receiver, content)
    if event == "im_enter_direct_msg":
        content = entered_content(conversation_id="@sandbox", item_id="", ad_info={}, sides=SAMPLE_SIDES, at=at)
        return Word(event, person, account, content)
    if event == "item_comment_reply":
        content = comment_content(
            comment_id="@sandbox", person_id=person, words="sandbox", item_id="0", reply_to="", replies=0, at=at
        )
        return Word(event, person, account, content)
    if event in ("authorize", "unauthorize"):
        return Word(event, account, "", {"scopes": ["user_info"]})
    if event == "create_video":
        return Word(event, account, "", {"item_id": "0", "share_id": ""})
    raise Refusal(BAD_PARAMETER, "event_type is unknown")


async def share_id(platform: Platform, inputs: Inputs) -> Answer:
    app_of(platform, inputs)
    return Answer({"share_id": platform.ids.number("share")})
