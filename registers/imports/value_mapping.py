"""What the words of a file mean by ours: choices, the library's types and harms, posts."""

import re

from registers.import_fields import BY_NAME, Sort
from registers.imports import parse_list
from registers.imports.parse_rating import plain, same_word

# Only what can hardly mean anything else. All else is for the manager to decide.
CERTAIN = {
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
    },
    "response": {
        **dict.fromkeys(("treat", "treated", "treating", "reduce", "mitigate"), "treat"),
        **dict.fromkeys(("tolerate", "tolerated", "tolerating", "accept", "accepted"), "tolerate"),
        **dict.fromkeys(("transfer", "transferred", "transferring", "share"), "transfer"),
        **dict.fromkeys(("terminate", "terminated", "terminating", "avoid"), "terminate"),
    },
}
LIBRARY = {
    "primary_failure_type": "failure_types",
    "other_failure_types": "failure_types",
    "adverse_impacts": "adverse_impacts",
    "driver": "adverse_impacts",
}
NO_WORD = frozenset("- \u2013 \u2014 n/a na tbc tba none ? nil".split())


def key_of(target: str) -> str:
    """Under what Plan.words speaks of a column: "current.driver" and "target.driver" are one."""
    return target.split("@")[0].rsplit(".", 1)[-1]


class Meanings:
    """Words -> what they mean, for a plan and a register."""

    def __init__(self, words: dict, known):
        self.posts = {post.casefold(): post for post in known.posts}
        self.ours = {name: self._forms(choices) for name, choices in known.choices.items()}
        self.ours |= {
            name: self._forms(known.library.get(rows, {})) for name, rows in LIBRARY.items()
        }
        self.mapped = {key: dict(self._known(key, said)) for key, said in words.items()}

    def _known(self, key, said):
        """The words whose meaning is still there: a choice or a row of the library may have gone
        since.
        """
        ours = {"", *self.ours[key].values()} if key in self.ours else None
        return (
            (same_word(word), means)
            for word, means in said.items()
            if ours is None or means in ours
        )

    @staticmethod
    def _forms(choices):
        forms = {plain(value): value for value in choices}
        forms |= {plain(label.split(":")[0]): value for value, label in choices.items()}
        return forms | {plain(label): value for value, label in choices.items()}

    def of(self, key: str, text: str) -> str | None:
        """The stored value; "" where the words say that nothing is to be read from it, None where
        nobody knows.
        """
        mapped = self.mapped.get(key, {}).get(same_word(text))
        if mapped is not None:
            return mapped
        said = plain(text)
        found = self.ours.get(key, {}).get(said)
        certain = CERTAIN.get(key, {}).get(said)
        return found or (certain if certain in self.ours.get(key, {}).values() else None)

    def several(self, key: str, text: str) -> tuple[list[str], list[str]]:
        """What is known of several words in one cell, and the words that are not."""
        if (whole := self.of(key, text)) is not None:
            return [whole] if whole else [], []
        parts = [part.strip() for part in re.split(r"[;\n]|,(?![^(]*\))", text) if part.strip()]
        found = [(part, self.of(key, part)) for part in parts]
        return [slug for _, slug in found if slug], [part for part, slug in found if slug is None]

    def post(self, text: str) -> str | None:
        """The title of a post; "" where nothing is to be read, None where it names several or is
        too long for one.
        """
        mapped = self.mapped.get("owner", {}).get(same_word(text))
        if mapped is None:
            title = parse_list.post_of(text)[0]
            mapped = self.mapped.get("owner", {}).get(same_word(title))
        if mapped is not None:
            return mapped
        if same_word(text) in NO_WORD:
            return ""
        if title.casefold() in self.posts:
            return self.posts[title.casefold()]
        return None if re.search(r"[;\n]", text.strip()) or len(title) > parse_list.TITLE else title

    def unknown(self, target: str, text: str) -> list[tuple[str, str]]:
        """The words of a cell that nobody has said the meaning of."""
        base, key = target.split("@")[0], key_of(target)
        sort = BY_NAME[base].sort if base in BY_NAME else None
        if same_word(text) in NO_WORD:
            return []
        if sort is Sort.CHOICE:
            return [(key, text)] if self.of(key, text) is None else []
        if sort is Sort.TYPES:
            return [(key, part) for part in self.several(key, text)[1]]
        if sort is Sort.POST:
            post = self.post(text)
            is_known = post == "" or (post or "").casefold() in self.posts
            return [] if is_known else [("owner", post or " ".join(text.split()))]
        return []
