from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("deployments", "0005_latest_support_entries")]

    operations = [
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(fields=["agency", "status_since", "id"], name="claim_of_agency_newest"),
        ),
    ]
