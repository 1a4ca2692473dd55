"""Tables in and out of the desk, as a person sends and sees them."""

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.support.admin_client import address


def page(model):
    return f"{address(model, 'list')}import/"


def exported(client, model, table="csv", **query):
    answer = client.get(f"{address(model, 'list')}export/{table}/", query)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def send(client, model, content, name="rows.csv", **more):
    content = content.encode() if isinstance(content, str) else content
    return client.post(page(model), {"file": SimpleUploadedFile(name, content), **more})


def previewed(answer):
    """What the rows would do: (row number, kind, {column: (old, new)})."""
    assert list(answer.context["faults"]) == []
    return [
        (row.number, row.import_type, {c.column: (c.old, c.new) for c in row.diff})
        for row in answer.context["rows"]
    ]


def confirm(client, model, answer):
    upload = answer.context["upload"]
    return client.post(page(model), {"upload": upload.key, "reason": answer.context["reason"]})


def faults(answer):
    assert answer.status_code == 422
    return [tuple(fault) for fault in answer.context["faults"]]
