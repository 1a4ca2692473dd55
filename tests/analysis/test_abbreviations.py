"""Full stops that end sentences and those that do not, in texts of many languages."""

from pathlib import Path

import pytest
import yaml

from tests.factories import SourceFactory
from tests.support.admin_client import build_admin_client

pytestmark = pytest.mark.django_db

TEXTS = yaml.safe_load((Path(__file__).parent / "sentences.yaml").read_text(encoding="utf-8"))


def read_sentences(reader, text, language):
    slug = SourceFactory(text=text, language=language, review="published").slug
    body = reader.get(f"/api/v1/sources/{slug}/coverage/").json()
    assert all(text[each["start"] : each["end"]] == each["text"] for each in body["untouched"])
    return [each["text"] for each in body["untouched"]]


@pytest.mark.parametrize("language", TEXTS)
def test_texts_of_a_language_have_their_sentences(language, reader):
    found = [read_sentences(reader, " ".join(each), language) for each in TEXTS[language]]

    assert found == TEXTS[language]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "They lost tanks, guns, etc. Then they left."),
        ("en", "They were heard in the U.N. The rest was not."),
        ("es", "Él dijo que no. Luego se fue."),
        ("it", "Disse di no. Poi se ne andò."),
        ("ru", "Договор заключили в 2015 г. Потом его нарушили."),
        ("uk", "Угоду уклали у 2015 р. Потім її порушили."),
        ("pl", "Wzięli gaz, ropę itd. Potem odeszli."),
    ],
)
def test_citing_a_sentence_leaves_the_next_unread(language, text, analyst):
    """Two sentences taken for one would both count as read."""
    slug = SourceFactory(text=text, language=language, review="published").slug
    body = {"source": slug, "quote": text.partition(" ")[0], "reason": "background"}
    assert analyst.post("/api/v1/dismissals/", body, format="json").status_code == 201

    figures = analyst.get(f"/api/v1/sources/{slug}/coverage/").json()["coverage"]

    assert (figures["sentences"], figures["touched"]) == (2, 1)


COLUMN = """The delegations of Ukraine
and the Russian side met
in Geneva on Monday and
agreed on an exchange of
prisoners of war.

A second meeting is to
take place in Istanbul
on 5 July, said Umerov."""
LAST_LINES = """Joint statement

The delegations of Ukraine and the Russian Federation met in Geneva on
Monday.

They spoke about security guarantees for the country and about a line in
Donbas"""
POEM = "Roses are red,\nviolets are blue,\nsugar is sweet,\nand so are you."


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        (COLUMN, ["S1", "S2"]),
        (LAST_LINES, ["H1", "S1", "H2"]),
        (POEM, ["S1", "S2", "S3", "S4"]),
        ("release of prisoners\nreturn of children\nsafety of shipping", ["H1", "H2", "H3"]),
        ("Ceasefire\n\nThey met at 5\u00a0p.m.\u00a0Monday.\u00a0They left.", ["H1", "S1", "S2"]),
    ],
)
def test_last_lines_of_paragraphs_are_no_headings(text, labels, analyst_user):
    source = SourceFactory(text=text, review="published")

    page = build_admin_client(analyst_user).get(f"/admin/negotiations/source/{source.pk}/code/")

    assert [piece.label for piece in page.context["reader"].pieces] == labels
