"""Log records without the secret in the address of a calendar and without words searched for."""

import logging
import re

SECRET = re.compile(r"(/calendar/)[\w-]{8,}")
# Also within the address that the sign-in page leads back to, where it is quoted.
SEARCH = re.compile(r"((?:[?&]|%3F|%26)q(?:=|%3D))[^\s&\"']+", re.IGNORECASE)


class WithoutSecrets(logging.Formatter):
    """Removes them from the finished line, so from paths, messages and tracebacks alike."""

    def format(self, record):
        return SEARCH.sub(r"\1***", SECRET.sub(r"\1***", super().format(record)))
