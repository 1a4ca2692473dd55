"""Give each token a name for addresses that is not its key."""

from django.db import migrations, models

import negotiations.models.system.tokens


def name_tokens(apps, schema_editor):
    """Each of the stored tokens gets a name of its own before names must differ."""
    for token in apps.get_model("negotiations", "Token").objects.filter(slug=None):
        token.slug = negotiations.models.system.tokens.generate_token_slug()
        token.save(update_fields=["slug"])


class Migration(migrations.Migration):

    dependencies = [
        ("negotiations", "0002_guard_the_doors"),
    ]

    operations = [
        migrations.AddField(
            model_name="token",
            name="slug",
            field=models.CharField(editable=False, max_length=16, null=True),
        ),
        migrations.RunPython(name_tokens, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="token",
            name="slug",
            field=models.CharField(
                default=negotiations.models.system.tokens.generate_token_slug,
                editable=False,
                help_text="Its name in addresses; it opens nothing.",
                max_length=16,
                unique=True,
            ),
        ),
    ]
