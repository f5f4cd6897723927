from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_openings'),
    ]

    operations = [
        migrations.AddField(
            model_name='worker',
            name='telephone',
            field=models.CharField(blank=True, default='', max_length=20),
        ),
    ]
