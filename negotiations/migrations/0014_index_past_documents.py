"""Documents of the past are found by their record, as those of the present are."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("negotiations", "0013_say_where_slugs_led")]

    operations = [
        migrations.AddIndex(
            model_name="searchdocument",
            index=models.Index(
                condition=models.Q(("until__isnull", False)),
                fields=["kind", "key"],
                name="search_past_of_a_record",
            ),
        ),
    ]
