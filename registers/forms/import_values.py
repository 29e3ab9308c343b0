"""The form for a workbook's unknown words: each gets a value of ours, or is kept in the notes."""

import difflib
import re

from django import forms

from registers.forms.imports import name_of
from registers.imports import scales
from registers.imports.mapping import Plan, data_rows, unmapped_words
from registers.imports.owners import looks_like_person
from registers.imports.parse_rating import numbers_in
from registers.imports.reference_data import load_reference_data
from registers.imports.serialise import load_sheet, unpack_sheets
from registers.phrases.files import in_rows, in_rows_of_column
from registers.risk_fields import BY_NAME, Sort, names_of
from registers.spreadsheet import column_letter

# Words on one page: the others follow on the next.
SHOWN = 60
NEW, KEEP = "+", ""
# Of the rows that hold a word, so many are listed.
ROWS_SHOWN = 3
# Of a word's letters.
NEARLY = 0.8
FIGURES = re.compile(r"^\s*(\d+)\s*$|(\d+)\s*[x*\u00d7]\s*(\d+)", re.IGNORECASE)
POSTS = ("owner", "action_owner")
RATED = ("likelihood", "impact", "score")
TYPES = {"driver": "adverse_impacts", "adverse_impacts": "adverse_impacts"}
TITLES = {
    "likelihood": "Words for likelihood",
    "impact": "Words for impact",
    "score": "Words, colours and scores for a rating",
    "band": "Words, colours and scores for a rating",
    "owner": "Risk owners",
    "action_owner": "Action owners",
    **{name: BY_NAME[name].label for name in names_of(Sort.CHOICE)},
}
HINTS = {
    "likelihood": "Choose the level on this register that each one means.",
    "impact": "Choose the level on this register that each one means.",
    "score": "A word, a colour or a score alone can mean several ratings. Choose the right one, or "
    "leave these risks unrated. They then show under data quality until somebody rates them.",
    "owner": "Posts own risks, because people move on. If the workbook names a person, choose "
    "their post. A new post is vacant until an administrator records who holds it.",
}
HINTS |= {"band": HINTS["score"], "action_owner": HINTS["owner"]}


class ImportWordsForm(forms.Form):
    """Asks for the meaning of each unknown word; a word left alone is kept in the notes.

    total: how many words there are. plan: with the decisions.
    """

    def __init__(self, data=None, *, batch):
        super().__init__(data)
        self.before = Plan.from_json(batch.plan)
        self.reference_data = load_reference_data(batch.register, self.before.words)
        sheet = load_sheet(batch, self.before)
        undecided = unmapped_words(sheet, self.before, self.reference_data)
        self.places = places_of(undecided, sheet, self.before)
        self.total = sum(len(words) for words in undecided.values())
        key = scales.find_key(unpack_sheets(batch.sheets)) if self.total else {}
        self.names_of_levels = key
        self.ranks = {
            part: scales.ranks(
                [*undecided.get(part, ())], getattr(self.reference_data.scheme, part)
            )
            for part in ("likelihood", "impact")
        }
        self.shown_words, left = {}, SHOWN
        for key, words in undecided.items():
            self.shown_words[key] = dict(list(words.items())[:left])
            left -= len(self.shown_words[key])
        for key, words in self.shown_words.items():
            for word, count in words.items():
                self.fields[name_of(key, word)] = self._field(key, word, count)

    def _field(self, key, word, count):
        rows = in_rows(count)
        if count <= ROWS_SHOWN and (rows_by_column := self.places.get((key, word))):
            rows = "; ".join(
                in_rows_of_column(numbers, column) for column, numbers in rows_by_column.items()
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
            return [*_post_options(word), *((title, title) for title in self.reference_data.posts)]
        if base in ("likelihood", "impact"):
            levels = getattr(self.reference_data.scheme, base)
            return [(KEEP, "Leave unrated"), *((str(level.value), str(level)) for level in levels)]
        if base in ("score", "band"):
            return [(KEEP, "Leave unrated"), *pairs_of(self.reference_data.scheme, word)]
        words = self.reference_data.choices.get(base) or self.reference_data.library.get(
            TYPES.get(base, "failure_types"), {}
        )
        return [(KEEP, "Keep it in the notes"), *words.items()]

    def _likely(self, key, word, options):
        """The option to preselect: that spelled most like the word; else the first.

        A number of another scale is nothing here until somebody says what. Words that are a scale
        of as many levels as ours, in a sure order, are those levels.
        """
        if figure_of(word) or (re.search(r"\d", word) and key_of(key) in RATED):
            return KEEP
        if word in self.ranks.get(key, {}):
            return str(self.ranks[key][word])
        labels = {label.casefold(): value for value, label in options if value not in (NEW, KEEP)}
        close = difflib.get_close_matches(word.casefold()[:200], labels, n=1, cutoff=0.8)
        # A Director of Finance is no Director of Place.
        if key in POSTS:
            close = [label for label in close if is_one_title(word, label)]
        if not close and key.split(".")[-1] in self.reference_data.choices:
            parts = set(re.findall(r"\w+", word.casefold()))
            close = [label for label in labels if re.match(r"\w+", label)[0] in parts]
        return labels[close[0]] if close else options[0][0]

    @property
    def groups(self):
        """Title, hint and fields for each kind of word."""
        for key, words in self.shown_words.items():
            base = key.split(".")[-1]
            if words:
                fields = [self[name_of(key, word)] for word in words]
                levels = self.names_of_levels.get(base, {})
                yield {
                    "is_scale": key_of(base) in RATED,
                    "rows": [
                        {"field": field, "name": levels.get(int(word)) if word.isdecimal() else ""}
                        for field, word in zip(fields, words, strict=True)
                    ],
                    "title": TITLES.get(base, "Other words"),
                    "hint": HINTS.get(base, ""),
                    "fields": fields,
                }

    @property
    def plan(self):
        decided = {key: dict(words) for key, words in self.before.words.items()}
        for key, words in self.shown_words.items():
            for word in words:
                decided.setdefault(key, {})[word] = self._meaning(key, word)
        return Plan.from_json(vars(self.before) | {"words": decided})

    @property
    def shown_count(self):
        return sum(map(len, self.shown_words.values()))

    @property
    def left(self):
        return self.total - self.shown_count

    def _meaning(self, key, word):
        choice, base = self.cleaned_data[name_of(key, word)], key.split(".")[-1]
        if choice == NEW:
            return " ".join(word.split())
        if choice and base in ("likelihood", "impact"):
            return int(choice)
        return (
            [int(part) for part in choice.split("x")]
            if choice and base in ("score", "band")
            else choice
        )


def _post_options(word):
    """What else than a post on the register an owner can be, the likeliest first."""
    new = [(NEW, "Add it as a new, vacant post")] if len(word) <= 200 else []
    if looks_like_person(word):
        return [(KEEP, "A person, not a post: keep the name in the notes"), *new]
    return [*new, (KEEP, "No owner: keep it in the notes")]


def figure_of(word):
    """ "3" for a level as a number, "3x4" for a pair of them; else ""."""
    match = FIGURES.search(word)
    return "x".join(filter(None, match.groups())) if match else ""


def is_one_title(word, title):
    """Whether two titles of posts are the same but for typing errors: word by word, in order."""
    words, title_words = (
        re.findall(r"\w+", text.casefold().replace("&", " and ")) for text in (word, title)
    )
    pairs = list(zip(words, title_words, strict=False))
    return len(words) == len(title_words) and all(
        difflib.SequenceMatcher(None, *pair).ratio() >= NEARLY for pair in pairs
    )


def places_of(undecided, sheet, plan):
    """(key, word) -> where it fills a whole cell: {column letter: the first few row numbers}."""
    columns = [(at, key_of(target)) for at, target in enumerate(plan.columns)]
    wanted, rows_by_word = [(at, key) for at, key in columns if undecided.get(key)], {}
    lines = (
        [row for line in data_rows(sheet, plan) for row in line.source_rows or (line,)]
        if wanted
        else ()
    )
    for line in lines:
        for at, key in wanted:
            word = line.cells[at].strip() if at < len(line.cells) else ""
            if word in undecided[key]:
                numbers = rows_by_word.setdefault((key, word), {}).setdefault(column_letter(at), [])
                numbers += [line.number] if len(numbers) < ROWS_SHOWN else []
    return rows_by_word


def key_of(target):
    """The key under which the words of a column are asked about."""
    name = target.partition("@")[0].split(".")[-1]
    return "score" if name == "band" else name


def pairs_of(scheme, word=""):
    """Every pair of ratings as a choice, lowest score first.

    For example ("3x4", "12 Moderate: likelihood 3, impact 4"). Pairs whose score the word names
    come first.
    """
    scores = numbers_in(word)
    pairs = []
    for row, cells in scheme.matrix:
        for column, placing in cells:
            words = (
                f"{placing.score} {placing.band.label}: "
                f"likelihood {row.value}, impact {column.value}"
            )
            pairs.append(
                (placing.score not in scores, placing.score, (f"{row.value}x{column.value}", words))
            )
    return [choice for *_, choice in sorted(pairs)]
