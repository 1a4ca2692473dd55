"""A document of each record for searching; on SQLite its words lie in a table beside it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQLITE = """
CREATE VIRTUAL TABLE negotiations_searchwords
USING fts5(title, body, tokenize = "unicode61 remove_diacritics 0 categories 'L* N* Co'")
"""
POSTGRESQL = """
ALTER TABLE negotiations_searchdocument ADD COLUMN words tsvector;
CREATE INDEX search_words ON negotiations_searchdocument USING gin (words);
"""


def make_words(apps, schema_editor):
    """Django knows neither tables of FTS5 nor columns that it does not read."""
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    schema_editor.execute(SQLITE if is_sqlite else POSTGRESQL)


def drop_words(apps, schema_editor):
    """On PostgreSQL they go with their table."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TABLE negotiations_searchwords")


class Migration(migrations.Migration):

    dependencies = [
        ("negotiations", "0007_keep_answers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(help_text="The collection of the record.", max_length=40)),
                ("key", models.BigIntegerField(help_text="The key of the record.")),
                ("slug", models.CharField(max_length=150)),
                ("title", models.TextField(help_text="Its name and its other names, a line each.")),
                ("body", models.TextField(help_text="Its other texts, a line each.")),
                ("language", models.CharField(blank=True, max_length=35)),
                ("review", models.CharField(max_length=10)),
                ("size", models.PositiveIntegerField(help_text="How many characters it has.")),
                (
                    "created_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["kind", "slug"],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "key"), name="search_finds_a_record_once")
                ],
            },
        ),
        migrations.RunPython(make_words, drop_words),
    ]
