from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("engagements", "0004_report_to_read")]

    operations = [
        migrations.AddIndex(
            model_name='finalreport',
            index=models.Index(condition=models.Q(('status__in', ['due', 'drafting', 'returned', 'submitted'])), fields=['due_on', 'id'], name='report_open'),
        ),
        migrations.AddIndex(
            model_name='invitation',
            index=models.Index(fields=['agency', '-reply_by', '-id'], name='invitation_of_agency'),
        ),
        migrations.AddIndex(
            model_name='need',
            index=models.Index(condition=models.Q(('status__in', ['draft', 'submitted', 'returned', 'validated', 'staffed'])), fields=['priority', 'id'], name='need_open'),
        ),
    ]
