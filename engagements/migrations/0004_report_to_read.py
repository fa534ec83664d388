from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("engagements", "0003_report_due_days_from_the_settings")]

    operations = [
        migrations.AddIndex(
            model_name="finalreport",
            index=models.Index(
                condition=models.Q(("status", "submitted")), fields=["submitted_at"], name="report_to_read"
            ),
        ),
    ]
