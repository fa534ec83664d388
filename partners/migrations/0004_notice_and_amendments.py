from django.db import migrations, models

from slp.lib.migrations import AtOnce


class Migration(migrations.Migration):

    dependencies = [
        ('documents', '0001_initial'),
        ('partners', '0003_experts_by_name'),
        ('places', '0001_initial'),
    ]

    operations = [
        AtOnce(
            migrations.AddField(
                model_name='agreement',
                name='ended_without_notice_on',
                field=models.DateField(blank=True, editable=False, null=True, verbose_name='in force until, before the notice'),
            ),
            migrations.AddField(
                model_name='agreementevent',
                name='ended_without_notice_on',
                field=models.DateField(blank=True, editable=False, null=True, verbose_name='in force until, before the notice'),
            ),
            migrations.AddField(
                model_name='amendment',
                name='before',
                field=models.JSONField(blank=True, default=dict, editable=False, verbose_name='what stood before it took effect'),
            ),
            migrations.AddField(
                model_name='amendmentevent',
                name='before',
                field=models.JSONField(blank=True, default=dict, editable=False, verbose_name='what stood before it took effect'),
            ),
            migrations.AddConstraint(
                model_name='agreement',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('notice_on', None), ('notice_side', '')), models.Q(models.Q(('notice_side', ''), _negated=True), ('notice_on__isnull', False)), _connector='OR'), name='notice_says_who_and_when', violation_error_message='A notice says which side gave it, and on which day.'),
            ),
        ),
    ]
