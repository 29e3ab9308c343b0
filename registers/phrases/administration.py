"""The sentences of an administrator's pages: figures in, words out."""

from __future__ import annotations

from django.utils.translation import ngettext

from registers.phrases.numbers import figures, join_names, number_to_begin


def holdings_in_words(
    risks: int, controls: int, actions: int, committee_actions: int = 0, questions: int = 0
) -> str:
    """ "2 risks and 1 control"; "Nothing" for none."""
    parts = [
        (risks, ngettext("%(n)s risk", "%(n)s risks", risks)),
        (controls, ngettext("%(n)s control", "%(n)s controls", controls)),
        (actions, ngettext("%(n)s action", "%(n)s actions", actions)),
        (
            committee_actions,
            ngettext("%(n)s committee action", "%(n)s committee actions", committee_actions),
        ),
        (questions, ngettext("%(n)s question", "%(n)s questions", questions)),
    ]
    return join_names([words % {"n": figures(n)} for n, words in parts if n]) or "Nothing"


def vacant_posts_in_words(titles: list[str], owners: int) -> str:
    """ "Three posts are vacant. Two of them own risks, controls or actions." owners: how many."""
    if len(titles) == 1:
        owns = " It owns risks, controls or actions." if owners else ""
        return f"The post {titles[0]} is vacant.{owns}"
    sentence = f"{number_to_begin(len(titles))} posts are vacant."
    if not owners:
        return sentence
    if owners == len(titles):
        return f"{sentence} Each owns risks, controls or actions."
    words = ngettext(
        "%(n)s of them owns risks, controls or actions.",
        "%(n)s of them own risks, controls or actions.",
        owners,
    )
    return f"{sentence} {words % {'n': number_to_begin(owners)}}"


def bodies_without_members(names: list[str]) -> str:
    if len(names) == 1:
        return f"{names[0]} has no members."
    words = ngettext("%(n)s body has no members.", "%(n)s bodies have no members.", len(names))
    return words % {"n": number_to_begin(len(names))}


def bodies_without_chair(names: list[str]) -> str:
    if len(names) == 1:
        return f"{names[0]} has no chair."
    words = ngettext("%(n)s body has no chair.", "%(n)s bodies have no chair.", len(names))
    return words % {"n": number_to_begin(len(names))}


def registers_without_body(names: list[str]) -> str:
    if len(names) == 1:
        return f"No body oversees {names[0]}."
    words = ngettext(
        "%(n)s register has no body that oversees it.",
        "%(n)s registers have no body that oversees them.",
        len(names),
    )
    return words % {"n": number_to_begin(len(names))}


def registers_without_risks(names: list[str]) -> str:
    if len(names) == 1:
        return f"{names[0]} has no risks."
    words = ngettext("%(n)s register has no risks.", "%(n)s registers have no risks.", len(names))
    return words % {"n": number_to_begin(len(names))}


def rows_in_words(n: int) -> str:
    return ngettext("%(n)s row", "%(n)s rows", n) % {"n": figures(n)}
