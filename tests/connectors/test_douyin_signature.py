"""The door opens for the platform and for nobody else."""

import pytest

from cloudstore.connectors.douyin.signature import sign, verify

# Two bodies with the signatures the platform's algorithm gives them.
PROBE = b'{"event":"verify_webhook","client_key":"abc","content":{"challenge":12345}}'
QUESTION = (
    '{"event":"im_receive_msg","client_key":"ck_demo","from_user_id":"u1","to_user_id":"d1",'
    '"content":{"text":"试驾多少钱"},"log_id":"L1"}'
).encode()
VECTORS = [
    ("s3cr3t", PROBE, "d9591c88e6b3e6f6b52e538f91119a91c1b9bc39"),
    ("dy_secret_demo", QUESTION, "f0bd62b76b27995042cef5aeb4892244a9c9968c"),
]


@pytest.mark.parametrize(("secret", "body", "signature"), VECTORS)
def test_the_known_vectors_hold(secret, body, signature):
    assert sign(secret, body) == signature
    assert verify(body, signature, [secret])


def test_while_a_secret_is_rotated_both_open_the_door():
    for secret in ("old", "new"):
        assert verify(PROBE, sign(secret, PROBE), ["old", "new"])
    assert not verify(PROBE, sign("older", PROBE), ["old", "new"])


def test_upper_case_and_surrounding_space_are_forgiven():
    assert verify(PROBE, f" {sign('s', PROBE).upper()} ", ["s"])


@pytest.mark.parametrize("signature", [None, "", "0" * 40, "é" * 40, "\ud800", "x" * 100_000])
def test_a_wrong_or_strange_signature_is_refused_without_an_error(signature):
    assert not verify(PROBE, signature, ["s3cr3t"])


def test_one_changed_byte_is_refused():
    assert not verify(PROBE.replace(b"12345", b"12346"), sign("s3cr3t", PROBE), ["s3cr3t"])


def test_without_a_secret_nothing_is_valid():
    assert not verify(PROBE, sign("", PROBE), [""])
    assert not verify(PROBE, sign("s", PROBE), [])
