# The fields of posts, seats and registers that an administrator's pages need.

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("registers", "0008_roles_and_need_to_know"),
    ]

    operations = [
        migrations.AddField(
            model_name="post",
            name="held_since",
            field=models.DateField(
                blank=True,
                help_text="The holder's first day. Empty: not known, or vacant.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="post",
            name="vacant_since",
            field=models.DateField(
                blank=True,
                help_text="The first day without a holder. Empty: not known, or held.",
                null=True,
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("held_since", None), ("holder__isnull", False), _connector="OR"),
                name="post_held_since_only_when_held",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("vacant_since", None), ("holder", None), _connector="OR"),
                name="post_vacant_since_only_when_vacant",
            ),
        ),
        migrations.AddField(
            model_name="seat",
            name="capacity",
            field=models.CharField(
                choices=[
                    ("member", "Member"),
                    ("independent", "Independent member"),
                    ("substitute", "Substitute"),
                ],
                default="member",
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="seat",
            name="is_voting",
            field=models.BooleanField(default=True, verbose_name="may vote"),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(("capacity__in", ["member", "independent", "substitute"])),
                name="seat_capacity_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("capacity", "substitute"), _negated=True),
                    models.Q(("is_chair", False), ("until__isnull", False)),
                    _connector="OR",
                ),
                name="seat_of_a_substitute_has_an_end_and_no_chair",
            ),
        ),
        migrations.AddField(
            model_name="register",
            name="archived_on",
            field=models.DateField(
                blank=True,
                help_text="Since when it is only to be read. Empty: it is in use.",
                null=True,
            ),
        ),
    ]
