"""Words of a workbook that nobody has said the meaning of: each gets one of ours, or stays with the
notes.
"""

import difflib
import re

from django import forms
from django.utils.text import get_text_list

from registers.forms.imports import name_of
from registers.imports.mapping import Plan, data_rows, unmapped_words
from registers.imports.parse_rating import numbers_in
from registers.imports.reference_data import load_reference_data
from registers.imports.serialise import load_sheet
from registers.spreadsheet import column_letter

SHOWN = 60  # words on one page: the others come after these
NEW, KEPT = "+", ""
NAMED = 3  # rows in which a word stands
NEARLY_ALL = 0.9  # of the rows
NEARLY = 0.8  # of a word's letters
FIGURES = re.compile(r"^\s*(\d+)\s*$|(\d+)\s*[x*\u00d7]\s*(\d+)", re.IGNORECASE)
POSTS = ("owner", "action_owner")
TYPES = {"driver": "adverse_impacts", "adverse_impacts": "adverse_impacts"}
TITLES = {
    "likelihood": "Words for likelihood",
    "impact": "Words for impact",
    "score": "Words, colours and scores for a rating",
    "band": "Words, colours and scores for a rating",
    "owner": "Owners",
    "action_owner": "Owners of actions",
    "category": "Categories",
    "status": "Statuses",
    "response": "Responses",
    "proximity": "How soon",
    "told_by": "Who told us first",
}
HINTS = {
    "likelihood": "Which level of this register does each mean?",
    "impact": "Which level of this register does each mean?",
    "score": "A word, a colour or a score alone can stand for several pairs of ratings. Choose the one that is meant, "
    "or leave these risks unrated: the worklist then asks for a rating.",
    "owner": "Risks are owned by posts, which outlive the people in them. Where the workbook names a person, choose "
    "their post. A post that is added is vacant until an administrator says who holds it.",
}
HINTS |= {"band": HINTS["score"], "action_owner": HINTS["owner"]}


class ImportWordsForm(forms.Form):
    """`total`: how many words there are. `plan`: with what was decided. Whatever is left alone
    stays with the notes.
    """

    def __init__(self, data=None, *, batch):
        super().__init__(data)
        self.before = Plan.from_json(batch.plan)
        self.known = load_reference_data(batch.register, self.before.words)
        sheet = load_sheet(batch, self.before)
        undecided = unmapped_words(sheet, self.before, self.known)
        self.stands = stands(undecided, sheet, self.before)
        self.total = sum(len(words) for words in undecided.values())
        self.fits = {key: self._fits(key, words) for key, words in undecided.items()}
        self.asked, left = {}, SHOWN
        for key, words in undecided.items():
            self.asked[key] = dict(list(words.items())[:left])
            left -= len(self.asked[key])
        for key, words in self.asked.items():
            for word, count in words.items():
                self.fields[name_of(key, word)] = self._field(key, word, count)

    def _field(self, key, word, count):
        rows = f"In {count} row{'s' if count != 1 else ''}"
        if count <= NAMED and (where := self.stands.get((key, word))):
            rows = "; ".join(
                f"In row{'s' if len(numbers) > 1 else ''} {get_text_list(numbers, 'and')}, column {column}"
                for column, numbers in where.items()
            )
        label = word if len(word) <= 200 else f"{word[:200]}…"
        options = self._options(key, word)
        return forms.ChoiceField(
            label=label,
            help_text=rows,
            choices=options,
            initial=self._likely(key, word, options),
            required=False,
            error_messages={"invalid_choice": f"Select from the list what “{word[:60]}” means"},
        )

    def _options(self, key, word):
        base = key.split(".")[-1]
        if base in POSTS:
            new = [(NEW, "Add it as a new post, vacant")] if len(word) <= 200 else []
            return [
                *new,
                (KEPT, "Keep it with the notes: no owner"),
                *((title, title) for title in self.known.posts),
            ]
        if base in ("likelihood", "impact"):
            levels = getattr(self.known.scheme, base)
            return [(KEPT, "Leave unrated"), *((str(level.value), str(level)) for level in levels)]
        if base in ("score", "band"):
            return [(KEPT, "Leave unrated"), *pairs_of(self.known.scheme, word)]
        words = self.known.choices.get(base) or self.known.library.get(
            TYPES.get(base, "failure_types"), {}
        )
        return [(KEPT, "Keep it with the notes"), *words.items()]

    def _likely(self, key, word, options):
        """The option that is spelled most like it; for an owner else a new post. A number that the
        scheme has, where nearly all do: one that it lacks is then rather a slip than another scale.
        """
        if figure_of(word):
            return figure_of(word) if self.fits[key] and figure_of(word) in dict(options) else KEPT
        labels = {label.casefold(): value for value, label in options if value not in (NEW, KEPT)}
        close = difflib.get_close_matches(word.casefold()[:200], labels, n=1, cutoff=0.8)
        if key in POSTS:  # a Director of Finance is no Director of Place
            close = [label for label in close if is_one_title(word, label)]
        if not close and key.split(".")[-1] in self.known.choices:
            said = set(re.findall(r"\w+", word.casefold()))
            close = [label for label in labels if re.match(r"\w+", label)[0] in said]
        return labels[close[0]] if close else options[0][0]

    def _fits(self, key, words):
        known = dict(self._options(key, ""))
        figures = {figure_of(word): count for word, count in words.items() if figure_of(word)}
        return sum(n for figure, n in figures.items() if figure in known) >= NEARLY_ALL * sum(
            figures.values()
        )

    @property
    def groups(self):
        """Title, hint and fields, for each kind of word that is asked about."""
        for key, words in self.asked.items():
            base = key.split(".")[-1]
            if words:
                fields = [self[name_of(key, word)] for word in words]
                yield {
                    "title": TITLES.get(base, "Other words"),
                    "hint": HINTS.get(base, ""),
                    "fields": fields,
                }

    @property
    def plan(self):
        decided = {key: dict(words) for key, words in self.before.words.items()}
        for key, words in self.asked.items():
            for word in words:
                decided.setdefault(key, {})[word] = self._meaning(key, word)
        return Plan.from_json(vars(self.before) | {"words": decided})

    @property
    def asked_count(self):
        return sum(map(len, self.asked.values()))

    @property
    def left(self):
        return self.total - self.asked_count

    def _meaning(self, key, word):
        said, base = self.cleaned_data[name_of(key, word)], key.split(".")[-1]
        if said == NEW:
            return " ".join(word.split())
        if said and base in ("likelihood", "impact"):
            return int(said)
        return (
            [int(part) for part in said.split("x")] if said and base in ("score", "band") else said
        )


def figure_of(word):
    """ "3" for a level that is a number, "3x4" for a pair of them; else nothing."""
    found = FIGURES.search(word)
    return "x".join(filter(None, found.groups())) if found else ""


def is_one_title(word, title):
    """Whether two titles of posts are one but for a slip of the pen: word by word, in their order."""
    said, there = (
        re.findall(r"\w+", text.casefold().replace("&", " and ")) for text in (word, title)
    )
    pairs = list(zip(said, there, strict=False))
    return len(said) == len(there) and all(
        difflib.SequenceMatcher(None, *pair).ratio() >= NEARLY for pair in pairs
    )


def stands(undecided, sheet, plan):
    """(key, word) -> where it stands as a whole cell: letter of a column -> the first few numbers
    of rows.
    """
    columns = [(at, key_of(target)) for at, target in enumerate(plan.columns)]
    asked, found = [(at, key) for at, key in columns if undecided.get(key)], {}
    lines = (
        [row for line in data_rows(sheet, plan) for row in line.source_rows or (line,)]
        if asked
        else ()
    )
    for line in lines:
        for at, key in asked:
            word = line.cells[at].strip() if at < len(line.cells) else ""
            if word in undecided[key]:
                numbers = found.setdefault((key, word), {}).setdefault(column_letter(at), [])
                numbers += [line.number] if len(numbers) < NAMED else []
    return found


def key_of(target):
    """Under which key the words of a column are asked about."""
    name = target.partition("@")[0].split(".")[-1]
    return "score" if name == "band" else name


def pairs_of(scheme, word=""):
    """Every pair of ratings as a choice, lowest score first: ("3x4", "12 Moderate: likelihood 3,
    impact 4"). Those that come to a score which the word names stand before all others.
    """
    named = numbers_in(word)
    found = []
    for row, cells in scheme.matrix:
        for column, placing in cells:
            words = f"{placing.score} {placing.band.label}: likelihood {row.value}, impact {column.value}"
            found.append(
                (placing.score not in named, placing.score, (f"{row.value}x{column.value}", words))
            )
    return [choice for *_, choice in sorted(found)]
