"""Text as it is stored, whatever word processor it was pasted from."""

import unicodedata

# Other line ends, and the bullet of a symbol font: for str.translate.
REPLACEMENTS = str.maketrans({**dict.fromkeys("\r\v\f\x85\u2028\u2029", "\n"), "\uf0b7": "•"})


def normalise_text(text: str) -> str:
    """Composed characters (NFC), line feeds only."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").translate(REPLACEMENTS))
