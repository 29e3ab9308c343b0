"""Characters that word processors leave in pasted text, and what replaces them."""

# Other line ends, and the bullet of a symbol font: for str.translate.
REPLACEMENTS = str.maketrans({**dict.fromkeys("\r\v\f\x85\u2028\u2029", "\n"), "\uf0b7": "•"})
