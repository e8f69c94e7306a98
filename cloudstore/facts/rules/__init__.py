"""What counts as a fact (live time, posts, messages, follow-ups, leads), as pure functions."""

from cloudstore.facts.rules.rows import FactRow

__all__ = ["FactRow"]
