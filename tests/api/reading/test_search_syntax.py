"""No search is an error of syntax, whatever is typed; properties over odd inputs."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from negotiations.text.tokens import tokenize
from tests.factories import PartyFactory

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# The database is that of the whole test: nothing is written by an example.
ODD = settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
PIECES = st.sampled_from(
    [
        *('"', "'", "*", "-", "--", "(", ")", "{", "}", ":", "^", "+", "&", "|", "!", "<->", "\\"),
        *("%", "%s", "$$", ";", "OR", "or", "AND", "NOT", "NEAR", "NEAR(a b, 2)", "title:", "q:*A"),
        *("kyiv", "Київ", "كييف", "基辅", "키이우", "कीव", "ﬁ", "İ", "ß", "e\u0301", "\u200b", "🕊"),
        *(" ", "\u00a0", "\u3000", "a" * 70, "1e9", "0x00", "½", "²"),
    ]
)
TYPED = st.lists(PIECES, min_size=1, max_size=8).map("".join) | st.text(min_size=1, max_size=40)


@pytest.fixture
def party():
    PartyFactory(slug="ukraine", name="Ukraine", aliases=["Kyiv", "基辅"], review="published")


@ODD
@given(TYPED)
def test_whatever_is_typed_is_searched_or_refused(reader, party, typed):
    for path in ("/api/v1/search/", "/api/v1/parties/"):
        response = reader.get(path, {"q": typed})

        assert response.status_code in {200, 400}, (typed, response.content)
        if response.status_code == 400:
            (fault,) = response.json()["errors"]
            assert fault["code"] in {"no_words", "too_many", "unreadable_value", "empty_value"}


@pytest.mark.slow
@ODD
@given(st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=30))
def test_what_a_record_is_called_finds_it(reader, typed):
    if not tokenize(typed) or not typed.strip():
        return
    party = PartyFactory(name=f"North {typed.strip()}", review="published")
    try:
        phrase = '"' + typed.replace('"', " ") + '"'
        rows = reader.get("/api/v1/parties/", {"q": phrase}).json()["results"]
        assert party.slug in [row["slug"] for row in rows]
    finally:
        party.delete()
