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


def member_noun(sector):
    """ "councillor": what a member is called there, in lower case and without an article."""
    return MEMBER_NOUNS.get(sector, "member")
