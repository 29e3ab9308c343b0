"""The words of each sector, by `Organisation.sector`."""

from registers.models.people import Sector

# What a member of a committee or board is called, where it is another word than "member".
MEMBER_NOUNS = {
    Sector.COUNCIL: "councillor",
    Sector.NHS: "non-executive director",
    Sector.SCHOOL: "trustee or governor",
    Sector.CHILDRENS_SERVICES: "board member",
    Sector.HOUSING_ASSOCIATION: "board member",
}


INDEPENDENT_MEMBER = "independent member"


def member_noun(sector, is_independent=False):
    """ "councillor": what a member is called there, in lower case and without an article.

    is_independent: of a lay member, who is no councillor, director, trustee or governor.
    """
    return INDEPENDENT_MEMBER if is_independent else MEMBER_NOUNS.get(sector, "member")


def member_in_words(sector, is_independent=False):
    """ "a councillor", "an independent member"."""
    noun = member_noun(sector, is_independent)
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
