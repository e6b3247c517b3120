"""Since when somebody has left: what is kept of them counts from that day."""

from django.db import migrations, models

from mainsite.lib.comments import comments


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0017_api_tokens'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='left_at',
            field=models.DateTimeField(db_comment='When ops made it inactive; null: active, or before this was kept.', editable=False, null=True),
        ),
        comments("accounts"),
    ]
