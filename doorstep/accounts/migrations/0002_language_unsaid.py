"""Nobody's language is English only because nobody said which."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="worker", name="language", field=models.CharField(blank=True, default="", max_length=8)
        ),
    ]
