"""What counts as a fact, as pure functions."""

from cloudstore.facts.rules.rows import FactRow

__all__ = ["FactRow"]
