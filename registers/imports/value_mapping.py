"""Map words of a file to values: choices, library rows, posts."""

import re

from registers.import_fields import BY_NAME, Sort
from registers.imports import owners, parse_list
from registers.imports.parse_rating import normalise_word, word_key

# Only what can hardly mean anything else; the user decides the rest.
SYNONYMS = {
    "category": {
        "finance": "financial",
        "financial risk": "financial",
        "operational": "operations",
        "strategic": "strategy",
        "workforce": "people",
        "hr": "people",
        "human resources": "people",
        "it": "technology",
        "ict": "technology",
        "legal and regulatory": "legal",
        "legal & regulatory": "legal",
        "legal/regulatory": "legal",
        "legal and compliance": "legal",
        "reputation": "reputational",
        "programme": "project",
        "project": "project",
        "projects": "project",
    },
    "status": {
        "live": "open",
        "active": "open",
        "open": "open",
        "archived": "closed",
        "occurred": "happened",
        "materialised": "happened",
        "issue": "happened",
        "has happened": "happened",  # what our own files said until 0.4
    },
    "response": {
        "treat: do something about it": "treat",
        "tolerate: accept it until a day": "tolerate",
        "transfer: have somebody else carry it": "transfer",
        "terminate: stop doing what brings it": "terminate",
        **dict.fromkeys(("treat", "treated", "treating", "reduce", "mitigate"), "treat"),
        **dict.fromkeys(("tolerate", "tolerated", "tolerating", "accept", "accepted"), "tolerate"),
        **dict.fromkeys(("transfer", "transferred", "transferring", "share"), "transfer"),
        **dict.fromkeys(("terminate", "terminated", "terminating", "avoid"), "terminate"),
    },
    "proximity": {"later than that": "later"},
    "told_by": {
        "somebody at the front line": "front-line",
        "somebody from the public": "public",
    },
}
LIBRARY_OF = {
    "primary_failure_type": "failure_types",
    "other_failure_types": "failure_types",
    "adverse_impacts": "adverse_impacts",
    "driver": "adverse_impacts",
}
BLANK_WORDS = frozenset("- \u2013 \u2014 n/a na tbc tba none ? nil".split())


def mapping_key(target: str) -> str:
    """The key of Plan.words for a target: "current.driver" and "target.driver" share one."""
    return target.split("@")[0].rsplit(".", 1)[-1]


class ValueMapping:
    """Looks up the words of a file, by a plan's words and the register's reference data."""

    def __init__(self, words: dict, reference_data):
        self.posts = {post.casefold(): post for post in reference_data.posts}
        self.owners: dict[str, list[str]] = {}  # most cells repeat others
        self.values_by_form = {
            name: self._forms(choices) for name, choices in reference_data.choices.items()
        }
        self.values_by_form |= {
            name: self._forms(reference_data.library.get(rows, {}))
            for name, rows in LIBRARY_OF.items()
        }
        self.mapped = {
            key: dict(self._usable_words(key, meanings)) for key, meanings in words.items()
        }

    def _usable_words(self, key, meanings):
        """The mapped words whose value still exists: choices and library rows may be removed."""
        values = {"", *self.values_by_form[key].values()} if key in self.values_by_form else None
        return (
            (word_key(word), means)
            for word, means in meanings.items()
            if values is None or means in values
        )

    @staticmethod
    def _forms(choices):
        forms = {normalise_word(value): value for value in choices}
        forms |= {normalise_word(label.split(":")[0]): value for value, label in choices.items()}
        return forms | {normalise_word(label): value for value, label in choices.items()}

    def lookup(self, key: str, text: str) -> str | None:
        """The stored value; "" where the word is mapped to nothing, None where it is unknown."""
        mapped = self.mapped.get(key, {}).get(word_key(text))
        if mapped is not None:
            return mapped
        form = normalise_word(text)
        value = self.values_by_form.get(key, {}).get(form)
        synonym = SYNONYMS.get(key, {}).get(form)
        return value or (synonym if synonym in self.values_by_form.get(key, {}).values() else None)

    def lookup_all(self, key: str, text: str) -> tuple[list[str], list[str]]:
        """(values of the words in one cell, words that are unknown)."""
        if (value := self.lookup(key, text)) is not None:
            return [value] if value else [], []
        parts = [part.strip() for part in re.split(r"[;\n]|,(?![^(]*\))", text) if part.strip()]
        values = [(part, self.lookup(key, part)) for part in parts]
        return [slug for _, slug in values if slug], [part for part, slug in values if slug is None]

    def resolve_post(self, text: str) -> str | None:
        """The title of the first post in a text; "" for none, None where nobody has said so.

        What is no post on the register is a new one only if it looks like a post. A person is none.
        """
        title = parse_list.parse_post(text)[0]
        mapped = self.mapped.get("owner", {})
        for form in map(word_key, (text, title)):
            if form in mapped:
                return mapped[form]
        if word_key(text) in BLANK_WORDS:
            return ""
        if title.casefold() in self.posts:
            return self.posts[title.casefold()]
        owners_named = self.owners_in(text)
        if len(owners_named) > 1:
            return self.resolve_post(owners_named[0])
        is_post = len(title) <= parse_list.TITLE and parse_list.looks_like_post(title)
        return title if is_post else None

    def owners_in(self, text: str) -> list[str]:
        """Each owner that a cell names."""
        if text.casefold() in self.posts:
            return [text]
        if text not in self.owners:
            posts = tuple(self.posts.values())
            self.owners[text] = owners.split_owners(text, posts) or [text]
        return self.owners[text]

    def unmapped_words(self, target: str, text: str) -> list[tuple[str, str]]:
        """(key, word) of each word in the cell that has no meaning yet."""
        base, key = target.split("@")[0], mapping_key(target)
        sort = BY_NAME[base].sort if base in BY_NAME else None
        if word_key(text) in BLANK_WORDS:
            return []
        if sort is Sort.CHOICE:
            return [(key, text)] if self.lookup(key, text) is None else []
        if sort is Sort.TYPES:
            return [(key, part) for part in self.lookup_all(key, text)[1]]
        if sort is Sort.POST:
            post = self.resolve_post(text)
            if post == "" or (post or "").casefold() in self.posts:
                return []
            return [("owner", post or parse_list.parse_post(self.owners_in(text)[0])[0])]
        return []
