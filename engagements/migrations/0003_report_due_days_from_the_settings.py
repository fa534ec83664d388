import engagements.models.engagement
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('engagements', '0002_estimates_not_negative'),
    ]

    operations = [
        migrations.AlterField(
            model_name='addendum',
            name='report_due_days',
            field=models.PositiveSmallIntegerField(default=engagements.models.engagement.report_due_days, verbose_name='final report due after the end (days)'),
        ),
        migrations.AlterField(
            model_name='addendumevent',
            name='report_due_days',
            field=models.PositiveSmallIntegerField(default=engagements.models.engagement.report_due_days, verbose_name='final report due after the end (days)'),
        ),
    ]
