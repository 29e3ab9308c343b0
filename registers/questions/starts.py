"""Where somebody comes from to keep a question: the page of a risk, a case, a paper or a figure."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.urls import Resolver404, resolve

from registers.models import CaseStudy, WarningSign


@dataclass(frozen=True)
class QuestionStart:
    """initial: of the form. back: the address to return to, "" for the list of questions. title: of
    the paper or indicator, or "".
    """

    initial: dict[str, str] = field(default_factory=dict)
    back: str = ""
    title: str = ""


def question_start(register, risks, *, about="", case="", sign="") -> QuestionStart:
    """about: the number of a risk; case: a slug; sign: a code, each "" for none.

    risks: those of the register that the person may see. What does not exist for them starts
    nothing. One query at most.
    """
    if about:
        risk = risks.select_related("latest").filter(number=int(about)).first()
        return _from_risk(register, risk) if risk else QuestionStart()
    if sign:
        row = WarningSign.objects.select_related("case").filter(code=sign).first()
        return _from_sign(row) if row else QuestionStart()
    row = CaseStudy.objects.filter(slug=case).first() if case else None
    return _from_case(row) if row else QuestionStart()


def case_of(path) -> CaseStudy | None:
    """The case on whose page, or on whose sign, a question was kept. One query at most."""
    try:
        match = resolve(path.partition("#")[0])
    except Resolver404:
        return None
    if match.url_name != "library_case":
        return None
    return CaseStudy.objects.filter(slug=match.kwargs["slug"]).first()


def _from_risk(register, risk):
    risk.register = register
    return QuestionStart({"risk": risk.reference}, risk.get_absolute_url())


def _from_case(case):
    path = case.get_absolute_url()
    source = f"Case study: {case.short_name}"
    return QuestionStart({"text": case.question, "source": source, "source_path": path}, path)


def _from_sign(sign):
    path = f"{sign.case.get_absolute_url()}#{sign.code}"
    source = f"Sign {sign.code}, {sign.case.short_name}: {sign.title}"
    return QuestionStart({"text": sign.question, "source": source, "source_path": path}, path)
