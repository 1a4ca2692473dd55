"""Print the status of each address as JSON, in a process that cannot import the admin."""

import json
import sys

import django


def walk():
    from django.core.management import call_command
    from django.test import Client

    from tests.factories import FACTORIES

    call_command("migrate", verbosity=0)
    client, paths = Client(), ["/", "/search/?q=name", "/api/v1/", "/api/v1/search/?q=name"]
    paths += ["/api/openapi.json", "/api/v1/changes/", "/api/v1/vocabularies/", "/api/v1/me/"]
    for name, factory in FACTORIES.items():
        record = factory(review="published")
        api, page = f"/api/v1/{name}/", f"/{name}/"
        paths += [page, f"{page}{record.slug}/", api, f"{api}stats/"]
        paths += [f"{api}{record.slug}/", f"{api}{record.slug}/history/"]
    return {path: client.get(path).status_code for path in paths}


if __name__ == "__main__":
    # Whoever imports the admin fails.
    sys.modules["negotiations.admin"] = None
    django.setup()
    sys.stdout.write(json.dumps(walk()))
