"""The words of search documents, of the present and of the past apart.

Django knows neither the FTS5 tables of SQLite nor a column that it does not read.
"""

from django.db import migrations

FTS5 = """
CREATE VIRTUAL TABLE {table}
USING fts5(title, body, tokenize = "unicode61 remove_diacritics 0 categories 'L* N* Co'")
"""
TABLES = ("negotiations_searchwords", "negotiations_pastwords")
POSTGRESQL = """
ALTER TABLE negotiations_searchdocument ADD COLUMN words tsvector;
CREATE INDEX search_words ON negotiations_searchdocument USING gin (words) WHERE until IS NULL;
CREATE INDEX search_past_words ON negotiations_searchdocument USING gin (words)
WHERE until IS NOT NULL;
"""


def create_words(apps, schema_editor):
    if schema_editor.connection.vendor != "sqlite":
        schema_editor.execute(POSTGRESQL)
        return
    for table in TABLES:
        schema_editor.execute(FTS5.format(table=table))


def drop_words(apps, schema_editor):
    if schema_editor.connection.vendor != "sqlite":
        schema_editor.execute("ALTER TABLE negotiations_searchdocument DROP COLUMN words")
        return
    for table in TABLES:
        schema_editor.execute(f"DROP TABLE {table}")


class Migration(migrations.Migration):
    dependencies = [("negotiations", "0002_roles")]

    operations = [migrations.RunPython(create_words, drop_words)]
