from django.db import migrations, models


def tell_earlier_merges(apps, schema_editor):
    """Note the merges of the past: the last deletion of each slug that leads to another."""
    change = apps.get_model("negotiations", "Change")
    for moved in apps.get_model("negotiations", "MovedSlug").objects.all():
        rows = change.objects.filter(kind=moved.kind, slug=moved.slug, action="deleted")
        last = rows.order_by("-sequence").values_list("pk", flat=True).first()
        change.objects.filter(pk=last).update(merged_into=moved.to)


class Migration(migrations.Migration):

    dependencies = [
        ("negotiations", "0015_count_passwords_by_account_and_network"),
    ]

    operations = [
        migrations.AddField(
            model_name="change",
            name="merged_into",
            field=models.CharField(
                blank=True,
                # For processes of the version before, which know no such column.
                db_default="",
                default="",
                help_text="The slug it was merged into, if it was.",
                max_length=150,
            ),
        ),
        migrations.RunPython(tell_earlier_merges, migrations.RunPython.noop),
    ]
