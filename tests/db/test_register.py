import pytest
from database import in_parallel
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import ProtectedError
from makers import (
    make_organisation,
    make_register,
    make_risk,
    make_scheme,
    make_user,
    preset,
)

from registers.models import Register, Risk, ScoringScheme

pytestmark = pytest.mark.django_db


def test_a_reference_has_the_prefix_and_the_number():
    register = make_register(prefix="CORP")
    assert [make_risk(register).reference for _ in range(2)] == ["CORP-001", "CORP-002"]


def test_an_unused_number_leaves_a_gap():
    register = make_register()
    taken = [register.take_number() for _ in range(3)]
    assert make_risk(register).number == max(taken) + 1


def test_every_register_has_its_own_numbers():
    assert [make_risk(make_register()).number for _ in range(2)] == [1, 1]


def test_two_copies_of_a_register_do_not_give_one_number_twice():
    register = make_register()
    copies = [Register.objects.get(pk=register.pk) for _ in range(2)]
    assert [copy.take_number() for copy in copies] == [1, 2]


def test_saving_an_old_copy_of_a_register_does_not_give_a_number_twice():
    old = make_register()
    first = make_risk(Register.objects.get(pk=old.pk)).number
    old.name = "A better name"
    old.save()
    assert Register.objects.get(pk=old.pk).take_number() > first


@pytest.mark.django_db(transaction=True)
def test_parallel_creators_get_different_numbers():
    register, by = make_register(), make_user()

    def log_three(number):
        mine = Register.objects.get(pk=register.pk)
        return [make_risk(mine, by=by, assessed=(2, 3)).number for _ in range(3)]

    numbers = [n for three in in_parallel(8, log_three) for n in three]
    assert sorted(numbers) == list(range(1, 25))


def test_a_number_is_unique_in_a_register():
    risk = make_risk()
    with pytest.raises(IntegrityError):
        Risk.objects.create(
            register=risk.register,
            number=risk.number,
            raised_by=risk.raised_by,
            raised_on=risk.raised_on,
        )


def test_a_register_address_is_unique_in_the_installation():
    make_register(slug="corporate")
    with pytest.raises(IntegrityError):
        make_register(slug="corporate")


def test_a_prefix_is_unique_in_an_organisation():
    organisation = make_organisation()
    make_register(organisation, prefix="CORP")
    with pytest.raises(IntegrityError):
        make_register(organisation, prefix="CORP")


def test_two_organisations_may_use_one_prefix():
    assert make_register(prefix="CORP").pk != make_register(prefix="CORP").pk


def test_a_register_with_risks_is_not_deleted():
    risk = make_risk()
    with pytest.raises(ProtectedError):
        risk.register.delete()


def test_a_scheme_that_nothing_uses_can_be_edited():
    scheme = make_scheme()
    scheme.tolerance = "low"
    scheme.save()
    assert ScoringScheme.objects.get(pk=scheme.pk).tolerance == "low"


@pytest.mark.parametrize("part", ["tolerance", "escalation"])
def test_a_scheme_in_use_is_never_edited(part):
    scheme = make_register(scheme=make_scheme()).scheme
    setattr(scheme, part, "low")
    with pytest.raises(ValidationError, match="in use"):
        scheme.save()


def test_a_cell_of_a_scheme_in_use_is_never_edited():
    scheme = make_register(scheme=make_scheme()).scheme
    scheme.cells[0][2] = "moderate"
    with pytest.raises(ValidationError, match="in use"):
        scheme.save()


def test_a_scheme_that_only_old_assessments_use_is_never_edited():
    register = make_register(scheme=make_scheme())
    scheme = make_risk(register, assessed=(2, 2)).current.scheme
    register.scheme = preset()
    register.save()
    scheme.tolerance = "low"
    with pytest.raises(ValidationError, match="in use"):
        scheme.save()


def test_a_scheme_in_use_may_change_its_name():
    scheme = make_register(scheme=make_scheme()).scheme
    scheme.name = "The council's matrix"
    scheme.save()
    assert ScoringScheme.objects.get(pk=scheme.pk).name == "The council's matrix"


def test_the_form_for_a_scheme_in_use_refuses_an_edit():
    """The admin site calls full_clean, and shows what it raises beside the field."""
    scheme = make_register(scheme=make_scheme()).scheme
    scheme.tolerance = "low"
    with pytest.raises(ValidationError, match="in use"):
        scheme.full_clean()


def test_a_version_of_a_scheme_exists_once():
    scheme = make_scheme()
    with pytest.raises(IntegrityError):
        make_scheme(slug=scheme.slug, version=scheme.version)


def test_a_scheme_in_use_is_not_deleted():
    scheme = make_register(scheme=make_scheme()).scheme
    with pytest.raises(ProtectedError):
        scheme.delete()
