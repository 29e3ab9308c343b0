import json
import sys

from django.core.management.base import BaseCommand

from registers.precedents import suggest


class Command(BaseCommand):
    help = (
        "Say which warning signs of the library a risk's words resemble: of one text, or of "
        "each line that is read."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "text", nargs="?", help="a risk's words; left out: a risk a line, from standard input"
        )
        parser.add_argument(
            "--json", action="store_true", help="a list for each text, best first, [] for none"
        )

    def handle(self, *, text, **options):
        render = as_json if options["json"] else as_text
        for line in read_lines() if text is None else [text]:
            self.stdout.write(render(suggest(line)))


def read_lines():
    """Lines of standard input, whatever bytes it holds."""
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    return sys.stdin


def as_json(suggestions):
    return json.dumps(
        [{"sign": s.sign.code, "case": s.sign.case.slug, "words": s.words} for s in suggestions]
    )


def as_text(suggestions):
    lines = [
        f"{s.sign.code} {s.sign.case.short_name}: {s.sign.title} ({', '.join(s.words)})"
        for s in suggestions
    ]
    return "\n".join(lines) or "No warning sign in the library resembles this."
