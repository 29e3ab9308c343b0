from django.db import migrations, models
from django.db.models import Q

KINDS = ["risk", "learning", "summary", "governance"]


class Migration(migrations.Migration):
    dependencies = [("registers", "0018_question_subjects")]

    operations = [
        migrations.RemoveConstraint(model_name="paper", name="paper_kind_is_known"),
        migrations.AlterField(
            model_name="paper",
            name="kind",
            field=models.CharField(
                choices=[
                    ("risk", "Risk paper"),
                    ("learning", "Learning paper"),
                    ("summary", "Quarterly summary"),
                    ("governance", "Extract for the annual governance statement"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="paper",
            constraint=models.CheckConstraint(
                condition=Q(kind__in=KINDS), name="paper_kind_is_known"
            ),
        ),
    ]
