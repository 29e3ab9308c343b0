"""Log records without the secrets of calendars and invitations and without words searched for."""

import logging
import re

# Both also within the address that the sign-in page leads back to, where it is quoted.
SECRET = re.compile(r"((?:/|%2F)(?:calendar|invitations)(?:/|%2F))[\w-]{8,}", re.IGNORECASE)
SEARCH = re.compile(r"((?:[?&]|%3F|%26)q(?:=|%3D))[^\s&\"']+", re.IGNORECASE)


class WithoutSecrets(logging.Formatter):
    """Removes them from the finished line, so from paths, messages and tracebacks alike."""

    def format(self, record):
        return SEARCH.sub(r"\1***", SECRET.sub(r"\1***", super().format(record)))
