"""A person without script at the coding desk: opens its forms and sends them."""

import re

from django.core.files.uploadedfile import SimpleUploadedFile

TAKE = "/admin/negotiations/source/take/"


def desk_of(source):
    return f"/admin/negotiations/source/{source.pk}/code/"


def sent(answer):
    """What a browser would send of the form that is shown, if nothing was changed."""
    form = answer.context["form"]
    values = {bound.html_name: bound.value() for bound in form}
    return {name: str(value) for name, value in values.items() if value not in (None, False)}


def opened(client, source, record, quote, **around):
    """The short form over a quotation, as it is sent when nothing is filled in."""
    asked = {"_open": "1", "record": record, "quote": quote, **around}
    answer = client.post(desk_of(source), asked)
    assert answer.status_code == 200
    return {**sent(answer), "record": record}


def save(client, source, form, **values):
    return client.post(desk_of(source), {**form, **values, "_save": "1"})


def faults(answer):
    return {name: list(told) for name, told in answer.context["form"].errors.items()}


def offers(answer):
    """The buttons that fill in something with one click."""
    found = re.findall(r'name="_take"\s+value="([^"]*)"', answer.content.decode())
    return [value.replace("&#x27;", "'") for value in found]


def file(content):
    return SimpleUploadedFile("article.txt", content, content_type="text/plain")
