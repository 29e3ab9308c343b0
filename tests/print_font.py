"""A typeface of the tests' own, so that what is printed breaks into the same lines on every
machine.

Arial's widths and heights, which Liberation Sans shares, without its shapes: every glyph is blank.
It covers all that our pages hold, so no font of the machine is used beside it.
"""

import struct

UNITS = 2048
ASCENT, DESCENT, LINE_GAP = 1854, -434, 67
LAST = 0x2FFF  # the last character that it covers: punctuation, arrows and signs are among them
DEFAULT_WIDTH = (
    556  # thousandths of the size: a digit, and so a fair width for all that is not ASCII
)
# The characters from U+0020 to U+007E, in thousandths of the size.
REGULAR = """
278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556
556 556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778
667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556
556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 260 334 584
"""
BOLD = """
278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556
556 556 333 333 584 584 584 611 975 722 722 722 722 667 611 778 722 278 556 722 611 833 722 778
667 778 722 667 611 722 667 944 667 667 611 333 278 333 584 556 333 556 611 556 611 556 333 611
611 278 278 556 278 889 611 611 611 611 389 556 333 611 556 778 556 556 500 389 280 389 584
"""
CSS = """
@font-face { font-family: arial; font-weight: 400; src: url(/static/print-regular.ttf); }
@font-face { font-family: arial; font-weight: 700; src: url(/static/print-bold.ttf); }
* { font-family: arial !important; }
"""


def use_in(page):
    """Sets every page opened from here on in it, served from the site's own address."""

    def add_faces(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text() + CSS)

    page.route("**/static/css/app.css", add_faces)
    _serve(page, "regular", make_font(REGULAR))
    _serve(page, "bold", make_font(BOLD))


def _serve(page, name, font):
    page.route(
        f"**/static/print-{name}.ttf",
        lambda route: route.fulfill(body=font, content_type="font/ttf"),
    )


def make_font(widths):
    """An OpenType font as bytes: glyph 0 for missing characters, then U+0020 to LAST."""
    advances = [
        round(int(width) * UNITS / 1000)
        for width in (DEFAULT_WIDTH, *widths.split(), DEFAULT_WIDTH)
    ]
    metrics, glyphs = (
        len(advances),
        LAST - 0x20 + 2,
    )  # those without a width of their own take the last one
    tables = {
        b"OS/2": _os2(),
        # Format 12 with a single group: one character after the other leads to one glyph after the
        # other.
        b"cmap": struct.pack(">4HI2H6I", 0, 1, 3, 10, 12, 12, 0, 28, 0, 1, 0x20, LAST, 1),
        b"glyf": bytes(4),
        b"head": struct.pack(
            ">4I2H2Q4h2H3h",
            0x10000,
            0x10000,
            0,
            0x5F0F3CF5,
            0,
            UNITS,
            0,
            0,
            0,
            DESCENT,
            UNITS,
            ASCENT,
            0,
            8,
            2,
            0,
            0,
        ),
        b"hhea": struct.pack(
            ">I3hH3h3h5hH",
            0x10000,
            ASCENT,
            DESCENT,
            LINE_GAP,
            max(advances),
            *[0] * 3,
            1,
            *[0] * 7,
            metrics,
        ),
        b"hmtx": b"".join(struct.pack(">Hh", advance, 0) for advance in advances)
        + bytes(2 * (glyphs - metrics)),
        b"loca": bytes(2 * (glyphs + 1)),
        b"maxp": struct.pack(">I14H", 0x10000, glyphs, *[0] * 4, 2, *[0] * 8),
        b"name": struct.pack(">3H", 0, 0, 6),
        b"post": struct.pack(">Ii2h5I", 0x30000, 0, -150, 100, 0, 0, 0, 0, 0),
    }
    return _packed(tables)


def _os2():
    script_sizes = [650, 600, 0, 75] * 2
    return (
        struct.pack(">Hh3H11h", 4, DEFAULT_WIDTH, 400, 5, 0, *script_sizes, 50, 250, 0)
        + bytes(10 + 16)  # the design, and the scripts it is made for: none is named
        + b"none"
        + struct.pack(
            ">3H3h2H2I", 0x40, 0x20, 0xFFFF, ASCENT, DESCENT, LINE_GAP, ASCENT, -DESCENT, 0, 0
        )
        + struct.pack(">2h3H", 1062, 1467, 0, 0x20, 1)
    )


def _packed(tables):
    """The tables behind their directory, each from a multiple of four bytes on."""
    offset, directory, body = 12 + 16 * len(tables), b"", b""
    for tag, table in sorted(tables.items()):
        directory += struct.pack(">4s3I", tag, 0, offset + len(body), len(table))
        body += table + b"\0" * (-len(table) % 4)
    return struct.pack(">I4H", 0x10000, len(tables), 128, 3, 32) + directory + body
