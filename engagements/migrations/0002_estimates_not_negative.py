from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('engagements', '0001_initial'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='addendumcost',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='estimate_not_negative', violation_error_message="An amount can't be negative."),
        ),
    ]
