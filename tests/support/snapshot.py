"""The rows of records, kept to be written again into an empty database.

Instants move with the clock, so that the rows read as if they had been made just now.
"""

import datetime

from django.apps import apps
from django.db import connection, models
from django.utils import timezone

from negotiations.models import Change
from negotiations.models.system.search import SearchDocument

WORDS = "negotiations_searchwords"


def take_snapshot():
    """The instant, and for each table its columns, those that hold instants, and the rows."""
    tables = []
    with connection.cursor() as cursor:
        for table, (columns, instants) in list_tables().items():
            names = ", ".join(f'"{name}"' for name in columns)
            cursor.execute(f'SELECT {names} FROM "{table}"')
            if rows := cursor.fetchall():
                moving = [columns.index(name) for name in instants]
                tables.append((table, names, moving, rows))
    return timezone.now(), tables


def write_snapshot(snapshot):
    """Write the rows, with the keys that they had."""
    taken_at, tables = snapshot
    age = timezone.now() - taken_at
    with connection.cursor() as cursor:
        for table, names, moving, rows in tables:
            verb = "INSERT OR REPLACE" if table == WORDS else "INSERT"
            places = ", ".join(["%s"] * len(rows[0]))
            sql = f'{verb} INTO "{table}" ({names}) VALUES ({places})'
            cursor.executemany(sql, [move_instants(row, moving, age) for row in rows])


def move_instants(row, moving, age):
    """The row with its instants so much later."""
    values = list(row)
    for index in moving:
        value = values[index]
        if isinstance(value, str):
            moved = datetime.datetime.fromisoformat(value) + age
            values[index] = moved.isoformat(" ", "microseconds")
        elif value is not None:
            values[index] = value + age
    return values


def list_tables():
    """Each of these tables, with its columns and those of instants."""
    tables = {}
    for model in list_models():
        fields = [each for each in model._meta.concrete_fields if not each.generated]
        tables[model._meta.db_table] = (
            [each.column for each in fields],
            [each.column for each in fields if isinstance(each, models.DateTimeField)],
        )
    # What Django does not know: the words of the search index.
    if connection.vendor == "sqlite":
        tables[WORDS] = (["rowid", "title", "body"], [])
    else:
        tables["negotiations_searchdocument"][0].append("words")
    return tables


def list_models():
    """Records, their versions and relations, changes and search documents."""
    for model in apps.get_app_config("negotiations").get_models(include_auto_created=True):
        is_system = model.__module__.startswith("negotiations.models.system")
        if not is_system or model in {Change, SearchDocument}:
            yield model
