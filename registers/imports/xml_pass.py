"""Read the XML of a file in one pass, without holding it in memory."""

from collections.abc import Iterator
from xml.parsers import expat

CHUNK = 1 << 18  # bytes


class XmlPass:
    """One pass. Subclasses get `start` and `end` of each element, its name without the namespace.

    collect_text() begins to collect the text of an element, take_text() returns it.
    """

    def __init__(self):
        self.text_parts: list[str] = []
        self.parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = (
            self._start_element,
            self._end_element,
        )
        self.local_names = {}

    def _start_element(self, name, attributes):
        self.start(self._local_name(name), attributes)

    def _end_element(self, name):
        self.end(self._local_name(name))

    def _local_name(self, name):
        local_name = self.local_names.get(name)
        if local_name is None:
            local_name = self.local_names[name] = name.rsplit(" ", 1)[-1]
        return local_name

    def collect_text(self):
        self.text_parts = []
        self.parser.CharacterDataHandler = self.text_parts.append

    def take_text(self) -> str:
        self.parser.CharacterDataHandler = None
        return "".join(self.text_parts)

    def chunks(self, part) -> Iterator[None]:
        while chunk := part.read(CHUNK):
            self.parser.Parse(chunk, False)
            yield
        self.parser.Parse(b"", True)
        yield
