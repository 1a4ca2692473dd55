"""Tables in and out of the desk, as a person sends and sees them."""

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.support.admin_client import get_admin_url


def page(model):
    return f"{get_admin_url(model, 'list')}import/"


def download_export(client, model, table="csv", **query):
    answer = client.get(f"{get_admin_url(model, 'list')}export/{table}/", query)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def send(client, model, content, name="rows.csv", **more):
    content = content.encode() if isinstance(content, str) else content
    return client.post(page(model), {"file": SimpleUploadedFile(name, content), **more})


def get_preview(answer):
    """What the rows would do: (row number, kind, {column: (old, new)})."""
    assert list(answer.context["faults"]) == []
    return [
        (row.number, row.import_type, {c.column: (c.old, c.new) for c in row.diff})
        for row in answer.context["rows"]
    ]


def confirm(client, model, answer):
    upload = answer.context["upload"]
    return client.post(page(model), {"upload": upload.key, "reason": answer.context["reason"]})


def get_import_faults(answer):
    assert answer.status_code == 422
    return [tuple(fault) for fault in answer.context["faults"]]
