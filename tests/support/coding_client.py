"""A person without script at the coding desk: opens its forms and sends them."""

import html
import re

from django.core.files.uploadedfile import SimpleUploadedFile

SOURCE_INTAKE_URL = "/admin/negotiations/source/take/"


def get_coding_url(source):
    return f"/admin/negotiations/source/{source.pk}/code/"


def get_form_data(answer):
    """What a browser would send of the form that is shown, if nothing was changed."""
    form = answer.context["form"]
    values = {}
    for bound in form:
        value, parts = bound.value(), getattr(bound.field.widget, "widgets_names", None)
        if parts is None:
            values[bound.html_name] = value
        else:
            told = value if isinstance(value, list) else bound.field.widget.decompress(value)
            values |= {f"{bound.html_name}{part}": v for part, v in zip(parts, told, strict=True)}
    return {name: str(value) for name, value in values.items() if value not in (None, False)}


def open_coding_form(client, source, record, quote, **around):
    """The short form over a quotation, as it is sent when nothing is filled in."""
    asked = {"_open": "1", "record": record, "quote": quote, **around}
    answer = client.post(get_coding_url(source), asked)
    assert answer.status_code == 200
    return {**get_form_data(answer), "record": record}


def list_chips(client, source, record, quote, **around):
    """What a short form offers, by box: the words on the chips and what each would fill in."""
    asked = {"_open": "1", "record": record, "quote": quote, **around}
    page = client.post(get_coding_url(source), asked).content.decode()
    groups = re.findall(r'<div class="chips"([^>]*)>(.*?)</div>', page, re.DOTALL)
    found = {}
    for attributes, group in groups:
        box = re.search(r'id="id_(\w+)_chips"', attributes)
        buttons = re.findall(
            r'name="_fill"\s+value="([^"]*)".*?<span>(.*?)</span>', group, re.DOTALL
        )
        name = box[1] if box else "occasion"
        found[name] = [(html.unescape(label), html.unescape(value)) for value, label in buttons]
    return found


def list_chip_labels(client, source, record, quote, name):
    """The words on the chips of one box."""
    return [label for label, _value in list_chips(client, source, record, quote).get(name, [])]


def save_coding_form(client, source, form, **values):
    return client.post(get_coding_url(source), {**form, **values, "_save": "1"})


def get_form_errors(answer):
    return {name: list(told) for name, told in answer.context["form"].errors.items()}


def list_suggestions(answer):
    """The buttons that fill in something with one click."""
    found = re.findall(r'name="_take"\s+value="([^"]*)"', answer.content.decode())
    return [value.replace("&#x27;", "'") for value in found]


def build_text_file(content):
    return SimpleUploadedFile("article.txt", content, content_type="text/plain")
