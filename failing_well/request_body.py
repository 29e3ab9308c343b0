"""A body that ends before its length is a broken request and must not pass for a whole one.

The server hands over what arrived. Django would read that as a form with fewer fields, or a file
with fewer rows.
"""


class CompleteBody:
    """WSGI middleware: reading a broken body to its end raises OSError.

    Django makes that UnreadablePostError.
    """

    def __init__(self, application):
        self.application = application

    def __call__(self, environ, start_response):
        length = environ.get("CONTENT_LENGTH") or "0"
        if length.isascii() and length.isdecimal() and "wsgi.input" in environ:
            environ["wsgi.input"] = _Input(environ["wsgi.input"], int(length[:13]))
        return self.application(environ, start_response)


class _Input:
    """The body as WSGI has it, up to its length."""

    def __init__(self, stream, length):
        self.stream = stream
        self.left = length

    def read(self, size=-1):
        wanted = self.left if size < 0 else min(size, self.left)
        data = self.stream.read(wanted)
        return self._count(data, is_short=len(data) < wanted)

    def readline(self, size=-1):
        wanted = self.left if size < 0 else min(size, self.left)
        data = self.stream.readline(wanted)
        return self._count(data, is_short=len(data) < wanted and not data.endswith(b"\n"))

    def _count(self, data, *, is_short):
        self.left -= len(data)
        if is_short:
            raise OSError(f"The request broke off {self.left} bytes before its end.")
        return data
