"""Douyin open platform: `signature` guards the door, `read` understands what comes in, `client` speaks out."""

PLATFORM = "douyin"
