"""Many risks written at once, with the same history, seals and positions as one by one, in a fraction of the time."""

from dataclasses import dataclass, field

from registers.models import Risk


@dataclass
class NewRisk:
    """content: by field of RiskContent. judgements: keyword arguments of Risk.assess, kind and effective_on included,
    oldest first. controls, actions: keyword arguments of Control.add and Action.add. number: None for the next."""

    content: dict
    raised_on: object
    judgements: list[dict] = field(default_factory=list)
    controls: list[dict] = field(default_factory=list)
    actions: list[dict] = field(default_factory=list)


@dataclass
class ChangedRisk:
    """changes: keyword arguments of Risk.revise. The rest is added to what stands beside the risk already."""

    risk: Risk
    version: int
    changes: dict
    judgements: list[dict] = field(default_factory=list)
    controls: list[dict] = field(default_factory=list)
    actions: list[dict] = field(default_factory=list)


def take_in(*, register, by, new=(), changed=(), reason="", recorded_at=None) -> list[Risk]:
    """Write them all, or none; returns the risks, the new ones first. What is written is what Risk.log, revise, assess,
    Control.add and Action.add would have written, one after the other. Raises ManyMovedOn where a risk to be changed is
    not at its version, OutOfTurn where it is closed, RatingOutsideScheme, ValueError as those verbs do."""
    raise NotImplementedError
