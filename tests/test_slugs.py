"""Slugs made from the content: whatever the content is, they have the form of a slug."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiations.models import Party
from negotiations.models.text import slug_format


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("The Kremlin", "the-kremlin"),
        ("A _ B", "a-b"),
        ("talks_in - _Istanbul_", "talks-in-istanbul"),
        ("Київ", "party"),
        ("_", "party"),
    ],
)
def test_a_slug_is_made_from_the_words(name, slug):
    assert Party(name=name).slug_stem() == slug


@given(st.text(max_size=300))
def test_any_name_makes_a_slug(name):
    slug_format(Party(name=name).slug_stem())
