"""Why a part of a paper is not for publication, in the words of the statutes.

Schedule 12A to the Local Government Act 1972 (Part 1 for England, Part 4 for Wales), Schedule 7A to
the Local Government (Scotland) Act 1973, and the Public Bodies (Admission to Meetings) Act 1960 for
NHS bodies; section 42 of the Local Government Act (Northern Ireland) 2014: legislation.gov.uk, Open
Government Licence. We have read neither Schedule 6 to the Act of 2014 nor paragraphs 9 to 15 of the
Scottish schedule whole: there a person enters the words.
"""

from __future__ import annotations

from dataclasses import dataclass

from registers.models import Nation, Sector

PRIVILEGE = (
    "Information in respect of which a claim to legal professional privilege could be maintained "
    "in legal proceedings."
)
LABOUR = (
    "Information relating to any consultations or negotiations, or contemplated consultations or "
    "negotiations, in connection with any labour relations matter arising between the authority or "
    "a Minister of the Crown and employees of, or office holders under, the authority."
)
AFFAIRS = (
    "Information relating to the financial or business affairs of any particular person (including "
    "the authority holding that information)."
)
IDENTITY = "Information which is likely to reveal the identity of an individual."
NOTICE = (
    "Information which reveals that the authority proposes (a) to give under any enactment a "
    "notice under or by virtue of which requirements are imposed on a person; or (b) to make an "
    "order or direction under any enactment."
)
CRIME = (
    "Information relating to any action taken or to be taken in connection with the prevention, "
    "investigation or prosecution of crime."
)
ENGLAND = {
    1: "Information relating to any individual.",
    2: IDENTITY,
    3: AFFAIRS,
    4: LABOUR,
    5: PRIVILEGE,
    6: NOTICE,
    7: CRIME,
}
WALES = {
    12: "Information relating to a particular individual.",
    13: IDENTITY,
    14: AFFAIRS,
    15: LABOUR,
    16: PRIVILEGE,
    17: NOTICE,
    18: CRIME,
}
SCOTLAND = {
    1: "Information relating to a particular employee, former employee or applicant to become an "
    "employee of, or a particular office holder, former office-holder or applicant to become an "
    "office-holder under, the authority.",
    2: "Information relating to any particular occupier or former occupier of, or applicant for, "
    "accommodation provided by or at the expense of the authority.",
    3: "Information relating to any particular applicant for, or recipient or former recipient of, "
    "any service provided by the authority.",
    4: "Information relating to any particular applicant for, or recipient or former recipient of, "
    "any financial assistance provided by the authority.",
    5: "Information relating to the adoption, care, fostering or education of any particular child "
    "or where any particular child is subject to a compulsory supervision order or interim "
    "compulsory supervision order (as defined respectively in sections 83 and 86 of the "
    "Children\u2019s Hearings (Scotland) Act 2011 (asp 1)) information relating to the order.",
    6: "Information relating to the financial or business affairs of any particular person (other "
    "than the authority).",
    7: "Information relating to anything done or to be done in respect of any particular person "
    "for the purposes of any of the matters referred to in section 27(1) of the Social Work "
    "(Scotland) Act 1968 (providing reports on and supervision of certain persons).",
    8: "The amount of any expenditure proposed to be incurred by the authority under any "
    "particular contract for the acquisition of property or the supply of goods or services.",
}
NHS = (
    "Publicity would be prejudicial to the public interest by reason of the confidential nature of "
    "the business to be transacted or for other special reasons stated in the resolution and "
    "arising from the nature of that business or of the proceedings."
)
CONFIDENTIAL = {
    "department": "Section 100A(3)(a): information furnished to the council by a Government "
    "department upon terms (however expressed) which forbid the disclosure of the information to "
    "the public.",
    "prohibited": "Section 100A(3)(b): information the disclosure of which to the public is "
    "prohibited by or under any enactment or by the order of a court.",
}
CONFIDENTIAL_IN_NORTHERN_IRELAND = {
    "department": "Section 42(3)(a): information provided to the council by a government "
    "department upon terms (however expressed) which forbid the disclosure of the information to "
    "the public.",
    "prohibited": "Section 42(3)(b): information the disclosure of which to the public is "
    "prohibited by or under any statutory provision or by the order of a court.",
}
PUBLIC_INTEREST = (
    "In all the circumstances of the case, the public interest in maintaining the exemption "
    "outweighs the public interest in disclosing the information."
)


@dataclass(frozen=True)
class Statute:
    """schedule: how a ground names it. grounds: key of a form -> the ground in full.

    confidential: the same of information that is confidential, where the statute knows it, and
    exclusion: what excludes the public from it without a resolution. power: what the resolution is
    passed under, "" where we know none. tests_interest: whether an exempt ground asks for the
    public interest.
    """

    schedule: str
    grounds: dict[str, str]
    confidential: dict[str, str]
    power: str
    tests_interest: bool
    exclusion: str = ""


def _statute(act, schedule, paragraphs, **fields) -> Statute:
    name = f"{schedule} to the {act}"
    grounds = {str(n): f"Paragraph {n} of {name}: {words}" for n, words in paragraphs.items()}
    return Statute(name, grounds, **fields)


ACT_1972, ACT_1973 = "Local Government Act 1972", "Local Government (Scotland) Act 1973"
ACT_2014 = "Local Government Act (Northern Ireland) 2014"
EXCLUSION = f"section 100A(2) of the {ACT_1972}"
OF_NATION = {
    Nation.ENGLAND: _statute(
        ACT_1972,
        "Part 1 of Schedule 12A",
        ENGLAND,
        confidential=CONFIDENTIAL,
        power=f"section 100A(4) of the {ACT_1972}",
        tests_interest=True,
        exclusion=EXCLUSION,
    ),
    Nation.WALES: _statute(
        ACT_1972,
        "Part 4 of Schedule 12A",
        WALES,
        confidential=CONFIDENTIAL,
        power=f"section 100A(4) of the {ACT_1972}",
        tests_interest=True,
        exclusion=EXCLUSION,
    ),
    Nation.SCOTLAND: _statute(
        ACT_1973,
        "Part I of Schedule 7A",
        SCOTLAND,
        confidential={},
        power=f"section 50A(4) of the {ACT_1973}",
        tests_interest=False,
    ),
    Nation.NORTHERN_IRELAND: _statute(
        ACT_2014,
        "Schedule 6",
        {},
        confidential=CONFIDENTIAL_IN_NORTHERN_IRELAND,
        power=f"section 42(4) of the {ACT_2014}",
        tests_interest=False,
        exclusion=f"section 42(2) of the {ACT_2014}",
    ),
}
OF_NHS = Statute(
    "Public Bodies (Admission to Meetings) Act 1960",
    {"1960": f"Section 1(2) of the Public Bodies (Admission to Meetings) Act 1960: {NHS}"},
    {},
    "section 1(2) of the Public Bodies (Admission to Meetings) Act 1960",
    tests_interest=False,
)
UNKNOWN = Statute("", {}, {}, "", tests_interest=False)
# Others meet by rules of their own.
COUNCILS = {
    Sector.COUNCIL,
    Sector.COMBINED_AUTHORITY,
    Sector.CHILDRENS_SERVICES,
    Sector.POLICE,
    Sector.FIRE,
}


def statute_of(organisation) -> Statute:
    """The statute that its bodies exclude the public by. Without grounds where we know none."""
    if organisation.sector == Sector.NHS:
        return OF_NHS
    if organisation.sector not in COUNCILS:
        return UNKNOWN
    return OF_NATION.get(organisation.nation, UNKNOWN)


def opinion_sentences(statute: Statute, final_values) -> dict[str, str]:
    """Name of a paragraph -> what the agenda and both parts say of why a part is exempt.

    final_values: the grounds, is_confidential, interest and opinion_by of a FinalPaper.
    """
    grounds, officer = final_values["grounds"], final_values["opinion_by"]
    sentences = {
        "opinion": f"Opinion of {officer}: the public is likely to be excluded while the meeting "
        "considers Part B.",
        "ground": " ".join(grounds),
    }
    if final_values["is_confidential"]:
        exclusion = statute.exclusion
        sentences["resolution"] = (
            f"The information is confidential. {exclusion[0].upper()}{exclusion[1:]} excludes the "
            "public, so the meeting needs no resolution."
        )
        return sentences
    interest = [PUBLIC_INTEREST] if statute.tests_interest else []
    power = f"under {statute.power}, " if statute.power else ""
    return sentences | {
        "interest": " ".join([*interest, final_values["interest"]]),
        "resolution": f"Resolution, as drafted for the meeting: that {power}the public be excluded "
        "while the meeting considers Part B, on the ground given above.",
    }


def exclusion_wording(statute: Statute, *, title: str, grounds: list[str], interest: str) -> str:
    """The resolution as the minutes have it once it is passed. grounds: as a form gives them."""
    power = f"under {statute.power} " if statute.power else ""
    tested = f" {PUBLIC_INTEREST}" if statute.tests_interest else ""
    return (
        f"That {power}the public be excluded from the meeting during the item “{title}”, Part B, "
        "because exempt information of this description would otherwise be likely to be disclosed "
        f"to them. {' '.join(grounds)}{tested} {interest}"
    ).strip()
