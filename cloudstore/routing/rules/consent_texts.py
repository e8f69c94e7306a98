"""The words to which people say yes outside our own forms. A version never changes; new words are a new version."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConsentWords:
    """A text in both languages; `{dealer}` and `{brand}` stand for the names."""

    version: str
    zh: str
    en: str

    @property
    def hash(self) -> str:
        """SHA-256 of both texts, as 64 hex digits: proof of what was said."""
        return hashlib.sha256(f"{self.version}\n{self.zh}\n{self.en}".encode()).hexdigest()


#: The line above the button of a lead card in a chat.
DM_CARD = ConsentWords(
    "dm-card/v1",
    "提交即表示同意{brand}及{dealer}就购车事宜与您联系。",
    "By sending this you agree that {brand} and {dealer} may contact you about buying a car.",
)
#: What the desk asks before it passes somebody on.
CALL = ConsentWords(
    "call/v1",
    "您是否同意我们把您的联系方式转给{dealer}，由其就购车事宜与您联系？",
    "Do you agree that we pass your contact details on to {dealer}, who will contact you about buying a car?",
)
#: What a store asks a visitor.
STORE = ConsentWords(
    "store/v1",
    "您是否同意{brand}及{dealer}就购车事宜与您联系？",
    "Do you agree that {brand} and {dealer} contact you about buying a car?",
)
