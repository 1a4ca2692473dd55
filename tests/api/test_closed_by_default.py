"""A view that does not state who may call it is closed."""

import pytest
from django.urls import get_resolver
from rest_framework.permissions import AllowAny
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from negotiations.rest.http.renderers import build_json_response
from negotiations.rest.http.view_permissions import DenyAll, TokenRequired
from negotiations.rest.http.views import APIBaseView

pytestmark = pytest.mark.django_db


def iter_views(patterns):
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from iter_views(pattern.url_patterns)
            continue
        view = getattr(pattern.callback, "cls", None)
        if view is not None and issubclass(view, APIView):
            yield view


class UnstatedView(APIBaseView):
    def get(self, request):
        return build_json_response({"secret": True})


def test_every_view_states_who_may_call_it():
    views = {*iter_views(get_resolver().url_patterns)}

    assert len(views) > 40
    stated = {view: tuple(view.permission_classes) for view in views}
    assert {view for view, those in stated.items() if not those or DenyAll in those} == set()
    assert {*stated.values()} == {(AllowAny,), (TokenRequired,)}


@pytest.mark.parametrize("base", [APIView, APIBaseView])
def test_new_view_is_closed(base, analyst_user):
    view = type("NewView", (base,), {"get": UnstatedView.get}).as_view()

    response = view(APIRequestFactory().get("/"))

    assert response.status_code == 401
    assert b"secret" not in response.content
