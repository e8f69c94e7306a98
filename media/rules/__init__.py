"""What we take from a dealer's phone and what we turn away: pure checks of facts that others measured."""
