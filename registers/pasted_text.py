"""What word processors and spreadsheets leave in text that is pasted, and what takes its place."""

# Other line ends, and the bullet of a symbol font: for str.translate.
REPLACEMENTS = str.maketrans({**dict.fromkeys("\r\v\f\x85\u2028\u2029", "\n"), "\uf0b7": "•"})
