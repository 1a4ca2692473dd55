"""A person at the desk: opens pages of the admin, fills in their forms and sends them."""

import re
from html.parser import HTMLParser

from django.test import Client

from tests.conftest import PASSWORD


def build_admin_client(user):
    client = Client()
    client.force_login(user)
    return client


def build_login_data(password=PASSWORD):
    """What the analyst writes into the page that asks for the password in mid-form."""
    return {"login-username": "analyst", "login-password": password}


def get_admin_url(record_or_kind, page="change"):
    """The address of a page: of a record, or of a kind's list and add form."""
    name = record_or_kind._meta.model_name
    base = f"/admin/negotiations/{name}/"
    if isinstance(record_or_kind, type):
        return {"list": base, "add": f"{base}add/"}[page]
    return f"{base}{record_or_kind.pk}/{page}/"


class FormReader(HTMLParser):
    """What a browser would send if its owner clicked the button at once."""

    def __init__(self, form_id):
        super().__init__()
        self.form_id, self.inside = form_id, False
        self.values, self.select, self.area, self.first = {}, None, None, None

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.inside = given.get("id") == self.form_id
        if not self.inside or "disabled" in given:
            return
        name = given.get("name")
        if tag == "input" and name and given.get("type") != "submit":
            is_box = given.get("type") in {"checkbox", "radio"}
            if not is_box or "checked" in given:
                self.values[name] = given.get("value", "on" if is_box else "")
        elif tag == "select" and name:
            self.select, self.multiple, self.first = name, "multiple" in given, None
            if self.multiple:
                self.values[name] = []
        elif tag == "option" and self.select:
            self.option(given)
        elif tag == "textarea" and name:
            self.area, self.values[name] = name, ""

    def option(self, given):
        value = given.get("value", "")
        if self.multiple:
            self.values[self.select] += [value] if "selected" in given else []
        elif "selected" in given or self.select not in self.values:
            self.values[self.select] = value

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.area = None

    def handle_data(self, data):
        if self.area is not None:
            self.values[self.area] += data


def open_admin_form(client, url):
    """The values of the page's form as it opens."""
    answer = client.get(url)
    assert answer.status_code == 200, answer.status_code
    return parse_form_values(answer)


def parse_form_values(answer):
    text = answer.content.decode()
    form_id = re.search(r'<form[^>]* id="(\w+_form)"', text).group(1)
    reader = FormReader(form_id)
    reader.feed(text)
    reader.close()
    # A browser leaves out the line end right after <textarea>, and templates of forms to be copied.
    return {
        name: value.removeprefix("\n") if isinstance(value, str) else value
        for name, value in reader.values.items()
        if "__prefix__" not in name
    }


def list_form_errors(answer):
    """Every message of a refused form, as text."""
    found = []
    form = answer.context["adminform"].form
    found += [(name, message) for name, messages in form.errors.items() for message in messages]
    for inline in answer.context["inline_admin_formsets"]:
        found += [(inline.formset.prefix, message) for message in inline.formset.non_form_errors()]
        for row in inline.formset.forms:
            for name, messages in row.errors.items():
                found += [(f"{row.prefix}-{name}", message) for message in messages]
    return found


def list_messages(answer):
    """The messages that the next page shows."""
    from django.contrib.messages import get_messages

    return [str(message) for message in get_messages(answer.wsgi_request)]
