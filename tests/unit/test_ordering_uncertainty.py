"""Uncertainty in the order of risks: examples worked by hand, and properties of any ratings."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import scheme_data
from profiles import examples

from registers.dashboard.ordering_uncertainty import (
    Ends,
    Judgement,
    certain,
    could_be_above,
    could_be_higher,
    reversals,
    surely_above,
    tiers,
)
from registers.scoring import Scheme, Tolerance


def make_judgement(likelihood, impact, likelihoods=None, impacts=None):
    """A judgement; without ranges its ends are the ratings themselves."""
    return Judgement(
        likelihood, impact, Ends(*(likelihoods or [likelihood] * 2), *(impacts or [impact] * 2))
    )


A = make_judgement(5, 4)  # certain: 20
B = make_judgement(4, 4, (3, 5))  # 16, anything from 3x4=12 to 5x4=20
C = make_judgement(3, 5, (2, 4), (4, 5))  # 15, anything from 2x4=8 to 4x5=20
D = make_judgement(2, 3)  # certain: 6
E = make_judgement(2, 2, (1, 3), (1, 3))  # 4, anything from 1x1=1 to 3x3=9
JUDGEMENTS = [A, B, C, D, E]


def test_surely_above_worked_by_hand():
    """A likelihood 5 against B's 5 at most, impact 4 against 4: no rating of A's is surely higher,
    so no order. B likelihood 3 at least against D's 2, impact 4 against 3: above. D likelihood 2
    against E's 3 at most: no order. B likelihood 3 at least against E's 3 at most, impact 4 against
    3 at most: above, by impact. C likelihood 2 at least against D's 2, impact 4 at least against 3:
    above; against E's 3 at most: no order.
    """
    pairs = {
        (a, b): surely_above(JUDGEMENTS[a].ends, JUDGEMENTS[b].ends)
        for a in range(5)
        for b in range(5)
    }
    assert {pair for pair, is_above in pairs.items() if is_above} == {
        (0, 3),
        (0, 4),
        (1, 3),
        (1, 4),
        (2, 3),
    }


def test_tiers_worked_by_hand():
    """Nothing is surely above A, B or C: the first tier. D lies under all three, E under A and B:
    the second, and D and E are in no order. By score the five would be 20, 16, 15, 6, 4, each a
    place of its own.
    """
    assert [set(tier) for tier in tiers(judgement.ends for judgement in JUDGEMENTS)] == [
        {A.ends, B.ends, C.ends},
        {D.ends, E.ends},
    ]


def test_tiers_of_certain_ratings_are_no_order_of_their_products():
    """5x1 and 1x5 and 2x3: 5, 5 and 6, and none is as high as another in both ratings."""
    assert len(tiers([certain(5, 1), certain(1, 5), certain(2, 3)])) == 1


def test_reversals_worked_by_hand():
    """All scores differ: 10 pairs. A (20 at least) over B (20 at most) and over C (20 at most): 20
    < 20 does not hold. B (12 at least) over C (20 at most): could be the other way round. B over D
    (6) and E (9): not. C (8 at least) over D (6): not; over E (9 at most): could be. D (6 at least)
    over E (9 at most): could be.
    """
    result = reversals(dict.fromkeys(JUDGEMENTS, 1))
    assert (result.count, result.ordered) == (3, 10)
    assert result.examples == [(B, C), (C, E), (D, E)]


def test_pairs_are_counted_of_risks_not_of_judgements():
    """Two like B and three like C: 2 x 3 pairs could turn; pairs of equal scores are in
    no order.
    """
    result = reversals({B: 2, C: 3})
    assert (result.count, result.ordered) == (6, 6)


def test_certain_judgements_cannot_be_reversed():
    assert reversals({make_judgement(x, y): 1 for x in range(1, 6) for y in range(1, 6)}).count == 0


@pytest.mark.django_db
def test_what_could_be_higher_worked_by_hand():
    """Bands: 1-3 Low, 4-6 Moderate, 8-12 High, 15-25 Severe. B is Severe already. E is Moderate (4)
    and could be 3x3=9, High. A judgement of 3x4=12 (High) with a likelihood of up to 4 could be 16,
    Severe.
    """
    scheme = Scheme.from_data(**scheme_data())
    last = make_judgement(3, 4, (3, 4))
    risks = {B: 1, E: 2, last: 4, A: 1}
    assert could_be_higher(risks, scheme) == 2 + 4
    tolerance = Tolerance.from_statements(scheme, {"": "high", "financial": "moderate"})
    assert (
        could_be_above({(judgement, ""): n for judgement, n in risks.items()}, tolerance) == 4
    )  # Severe: the four
    assert (
        could_be_above({(E, "financial"): 2, (last, "financial"): 4}, tolerance) == 2
    )  # the four are above already


levels = st.integers(1, 5)


@st.composite
def judgement_strategy(draw):
    low_l, mid_l, high_l = sorted(draw(st.tuples(levels, levels, levels)))
    low_i, mid_i, high_i = sorted(draw(st.tuples(levels, levels, levels)))
    return Judgement(mid_l, mid_i, Ends(low_l, high_l, low_i, high_i))


judgement_lists = st.lists(judgement_strategy(), max_size=12)
many_examples = examples(200)


def tier_numbers(judgements):
    return {
        ends: place
        for place, tier in enumerate(tiers(judgement.ends for judgement in judgements))
        for ends in tier
    }


@many_examples
@given(judgement_lists)
def test_every_judgement_is_in_exactly_one_tier(judgements):
    members = [ends for tier in tiers(judgement.ends for judgement in judgements) for ends in tier]
    assert sorted(members) == sorted({judgement.ends for judgement in judgements})


@many_examples
@given(judgement_lists)
def test_a_judgement_surely_above_another_is_in_a_higher_tier(judgements):
    place = tier_numbers(judgements)
    assert all(place[a] < place[b] for a in place for b in place if surely_above(a, b))


@many_examples
@given(judgement_lists)
def test_each_later_tier_member_has_one_surely_above_it_in_the_tier_before(judgements):
    order = tiers(judgement.ends for judgement in judgements)
    assert all(
        any(surely_above(a, b) for a in before) for before, tier in pairwise(order) for b in tier
    )


@many_examples
@given(judgement_lists, judgement_strategy())
def test_another_risk_does_not_change_the_order_of_the_rest(judgements, other):
    """Each certain order remains, and a risk in no order with any other moves nothing."""
    before, after = tier_numbers(judgements), tier_numbers([*judgements, other])
    assert all(after[a] < after[b] for a in before for b in before if surely_above(a, b))
    if not any(surely_above(ends, other.ends) or surely_above(other.ends, ends) for ends in before):
        assert {ends: after[ends] for ends in before} == before


@many_examples
@given(judgement_lists, judgement_strategy())
def test_another_risk_reverses_no_pair_of_the_rest(judgements, other):
    def count(rows):
        risks = {}
        for row in rows:
            risks[row] = risks.get(row, 0) + 1
        return reversals(risks).count

    with_other = sum(count([judgement, other]) for judgement in judgements)
    assert count([*judgements, other]) == count(judgements) + with_other


@many_examples
@given(judgement_strategy(), judgement_strategy())
def test_what_is_surely_above_cannot_be_reversed(a, b):
    if surely_above(a.ends, b.ends):
        assert a.score >= b.score and reversals({a: 1, b: 1}).count == 0


@many_examples
@given(judgement_strategy(), judgement_strategy(), judgement_strategy())
def test_surely_above_is_an_order(a, b, c):
    a, b, c = a.ends, b.ends, c.ends
    assert not (surely_above(a, b) and surely_above(b, a)) and not surely_above(a, a)
    assert surely_above(a, c) or not (surely_above(a, b) and surely_above(b, c))
