"""Ten thousand bodies nobody would send on purpose: each is a message, a reason, or a position, and never a crash."""

import json
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from cloudstore.connectors.douyin.parsing import MalformedBody
from cloudstore.connectors.douyin.read import NOT_FOR_US, READERS, envelope, read
from cloudstore.connectors.messages import MESSAGE_TYPES, Message

EVENTS = [*READERS, *sorted(NOT_FOR_US), "no_such_event", ""]
KEYS = [
    "item_id", "share_id", "video_id", "server_message_id", "conversation_short_id", "conversation_type", "create_time",
    "message_type", "text", "card_id", "card_status", "card_data", "source", "scene_type", "user_infos", "objectId",
    "ad_info", "challenge", "comment_id", "comment_user_id", "content", "reply_to_item_id", "digg_count", "scopes",
]  # fmt: skip
HOSTILE = [
    None, True, False, [], {}, "", "0", "-1", 0, -1, 1.5, 2**63, 10**400, -(10**400), "9" * 400, "\x00", "\ud800",
    "a\x00b", "\u202e", "😀" * 5_000, "x" * 70_000, "{", "[", "{}", "[[[[", '{"a":' * 2_000, [None], [[[]]], {"a": {}},
    {"adv_id": []}, {"adv_id": 10**30}, [{"label": {}, "value": []}], [{"open_id": []}], "--5", "1e999", "٣", "NaN",
    [{"label": "手机号", "value": 13800138000}], "retain_consult_card", 2, "2", "; DROP TABLE leads; --",
]  # fmt: skip


def hears(raw):
    """Read the body; whatever comes out must be ours and storable. Returns how it ended."""
    try:
        envelope(raw)
        messages = read(raw)
    except MalformedBody as fault:
        assert fault.reason
        assert fault.position >= 0
        return "malformed"
    for message in messages:
        assert isinstance(message, MESSAGE_TYPES)
        storable(message)
    return messages[0].kind if messages else "nothing"


def storable(message: Message):
    for name in message.__dataclass_fields__:
        value = getattr(message, name)
        for part in value if isinstance(value, tuple) else (value,):
            for written in part if isinstance(part, tuple) else (part,):
                if isinstance(written, str):
                    assert "\x00" not in written
                    written.encode("utf-8")
                    assert len(written) <= 4_000


def hostile_body(chance):
    def anything():
        return chance.choice(HOSTILE)

    sound = {"item_id": "i", "server_message_id": "m", "comment_id": "k", "reply_to_item_id": "i", "challenge": 1}
    content = sound if chance.random() < 0.5 else {}
    content = content | {key: anything() for key in chance.sample(KEYS, chance.randint(0, 12))}
    if "message_type" in content and chance.random() < 0.5:
        content |= {"message_type": "retain_consult_card", "card_status": 2}
    values = {
        "event": chance.choice(EVENTS) if chance.random() < 0.9 else anything(),
        "client_key": chance.choice(["ck_demo", anything()]),
        "from_user_id": chance.choice(["u1", anything()]),
        "to_user_id": chance.choice(["d1", anything()]),
        "log_id": anything(),
        "content": chance.choice([content, json.dumps(content), anything()]),
    }
    raw = bytearray(json.dumps(values, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass"))
    for _ in range(chance.choice([0, 0, 0, 1, 5])):
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    return bytes(raw[: chance.randrange(len(raw))] if chance.random() < 0.1 else raw)


def test_ten_thousand_hostile_bodies_give_no_other_error():
    chance = random.Random(20260301)
    endings = {}
    for _ in range(10_000):
        ending = hears(hostile_body(chance))
        endings[ending] = endings.get(ending, 0) + 1
    # The corpus must reach every branch, or it proves nothing.
    assert {kind.kind for kind in MESSAGE_TYPES} | {"malformed", "nothing"} <= set(endings), endings


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(raw):
    hears(raw)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(EVENTS), json_values)
def test_any_content_of_any_event(event, content):
    hears(json.dumps({"event": event, "from_user_id": "u", "to_user_id": "d", "content": content}).encode())
