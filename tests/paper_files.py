"""Every text in a paper's file: for tests that something is nowhere in it."""

import io
import re
import subprocess
import tempfile
import zipfile
import zlib
from pathlib import Path

from lxml import etree


def texts_of_word(content):
    """Name of a part -> all in it: its texts run together, its attributes, its bytes as text."""
    texts = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            texts[name] = data.decode("utf-8", "replace")
            if name.endswith((".xml", ".rels")):
                root = etree.fromstring(data)
                attributes = (value for node in root.iter() for value in node.attrib.values())
                texts[name] += "\n" + "".join(root.itertext()) + "\n" + "\n".join(attributes)
        texts["comment of the archive"] = archive.comment.decode("utf-8", "replace")
    return texts


def texts_of_pdf(content):
    """Place -> all in it: the pages, the properties, the structure with alternative texts, the
    attachments and the objects, decompressed.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "paper.pdf")
        path.write_bytes(content)
        texts = {
            "pages": _run("pdftotext", "-raw", path, "-"),
            "properties": _run("pdfinfo", "-meta", path) + _run("pdfinfo", path),
            "structure": _run("pdfinfo", "-struct-text", path),
            "attachments": _run("pdfdetach", "-list", path),
            "links": _run("pdfinfo", "-url", path),
        }
    texts["objects"] = _objects(content)
    return texts


def _run(*command):
    command = [str(part) for part in command]
    done = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 (pdftotext and its kin)
    return done.stdout.decode("utf-8", "replace")


def _objects(content):
    """Strings of all objects, streams inflated, in both encodings that PDF has for them."""
    pieces = [content]
    for match in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            pieces.append(zlib.decompress(match[1]))
        except zlib.error:
            continue
    data = b"\n".join(pieces)
    hexadecimal = [
        bytes.fromhex(digits.decode())
        for digits in re.findall(rb"<feff((?:[0-9a-f]{4})+)>", data, re.IGNORECASE)
    ]
    wide = "\n".join(row.decode("utf-16-be", "replace") for row in hexadecimal)
    return f"{data.decode('latin-1')}\n{wide}"
