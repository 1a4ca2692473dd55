"""Documents of what records said before, with their words apart from those of the present."""

import django.utils.timezone
from django.db import migrations, models

SQLITE = """
CREATE VIRTUAL TABLE negotiations_pastwords
USING fts5(title, body, tokenize = "unicode61 remove_diacritics 0 categories 'L* N* Co'")
"""
POSTGRESQL = """
DROP INDEX search_words;
CREATE INDEX search_words ON negotiations_searchdocument USING gin (words) WHERE until IS NULL;
CREATE INDEX search_past_words ON negotiations_searchdocument USING gin (words)
WHERE until IS NOT NULL;
"""
POSTGRESQL_BACK = """
DROP INDEX search_words;
DROP INDEX search_past_words;
CREATE INDEX search_words ON negotiations_searchdocument USING gin (words);
"""


def part_words(apps, schema_editor):
    """Present and past have an index each."""
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    schema_editor.execute(SQLITE if is_sqlite else POSTGRESQL)


def join_words(apps, schema_editor):
    """The past is forgotten."""
    apps.get_model("negotiations", "SearchDocument").objects.filter(until__isnull=False).delete()
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    schema_editor.execute("DROP TABLE negotiations_pastwords" if is_sqlite else POSTGRESQL_BACK)


class Migration(migrations.Migration):

    dependencies = [("negotiations", "0011_lead_merged_slugs_on")]

    operations = [
        migrations.AddField(
            model_name="searchdocument",
            name="since",
            field=models.DateTimeField(
                default=django.utils.timezone.now, help_text="When the record came to read so."
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="searchdocument",
            name="until",
            field=models.DateTimeField(
                help_text="When it ceased to; empty while it does.", null=True
            ),
        ),
        migrations.RemoveConstraint(model_name="searchdocument", name="search_finds_a_record_once"),
        migrations.AddConstraint(
            model_name="searchdocument",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until__isnull", True)),
                fields=("kind", "key"),
                name="search_finds_a_record_once",
            ),
        ),
        migrations.RunPython(part_words, join_words),
    ]
