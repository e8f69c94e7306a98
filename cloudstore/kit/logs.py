"""The last net under personal data: no log line leaves with a mainland mobile number in it."""

import logging
import re

_MOBILE = re.compile(r"(?<!\d)(?:\+?86)?1[3-9]\d{9}(?!\d)")


class HidePhones(logging.Filter):
    """Replace anything that looks like a mobile number in the finished message."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place; never drops it."""
        text = record.getMessage()
        if _MOBILE.search(text):
            record.msg, record.args = _MOBILE.sub("[phone]", text), None
        return True
