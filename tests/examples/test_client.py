"""The standard-library client: read, write, refused, followed, as its users do it."""

import sys

import pytest

from tests.support.processes import ROOT, run_process

pytestmark = [pytest.mark.examples, pytest.mark.slow]

sys.path.append(str(ROOT / "examples"))
from client import Gone, Invalid, Stale, Tracker  # noqa: E402

SOURCE = "000-abbff991094584f6"


@pytest.fixture
def tracker(server):
    return Tracker(server.url, server.token)


def test_the_client_is_short():
    lines = (ROOT / "examples" / "client.py").read_text().splitlines()

    assert len([line for line in lines if line.strip()]) <= 75


def test_the_script_prints_who_holds_what_and_the_words(server):
    done = run_process(["-W", "error", "examples/client.py", server.url])

    assert (done.returncode, done.stderr) == (0, "")
    assert (
        "Ukraine opposes: Should Ukraine give up more territory?\n"
        "    “Kyiv rejected the proposals outright”\n"
    ) in done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "'' is no address of a tracker, such as http://127.0.0.1:8000\n"),
        ([""], "'' is no address of a tracker, such as http://127.0.0.1:8000\n"),
        (
            ["[::1]:8000"],
            "'[::1]:8000' is no address of a tracker, such as http://127.0.0.1:8000\n",
        ),
        (["http://127.0.0.1:1"], "<urlopen error [Errno 111] Connection refused>\n"),
    ],
)
def test_the_script_says_what_is_wrong_with_its_address(arguments, told):
    done = run_process(["-W", "error", "examples/client.py", *arguments])

    assert (done.returncode, done.stdout, done.stderr) == (1, "", told)


def test_a_refused_token_is_told_in_its_words(server):
    done = run_process(["-W", "error", "examples/client.py", server.url, "nonsense"])

    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr
    assert "token" in done.stderr


def test_a_list_is_loaded_over_all_its_pages(tracker):
    rows, position = tracker.load("citations", limit=20, fields="slug")

    whole, _ = tracker.send("GET", "citations/", limit=500, fields="slug", count="true")
    assert (rows, len(rows)) == (whole["results"], whole["count"])
    assert position > 100


def test_a_record_is_made_once_changed_by_its_version_and_followed(tracker):
    _, position = tracker.load("parties")
    body = {
        "name": "The port of Odesa",
        "kind": "company",
        "citations": [{"source": SOURCE, "quote": "the port city of Odesa"}],
    }

    made = tracker.create("parties", body, key="examples/odesa", reason="Named by the source.")
    again = tracker.create("parties", body, key="examples/odesa", reason="Named by the source.")
    changed = tracker.change("parties", made, kind="civil_society", reason="Так точніше.")

    assert made == again
    assert (changed["kind"], changed["version"]) == ("civil_society", 2)
    with pytest.raises(Stale) as stale:
        tracker.change("parties", made, kind="state")
    assert stale.value.told["changed"] == ["kind"]
    changes = tracker.follow(position, wait=1, kind="parties")
    told = [next(changes), next(changes)]
    assert [(one["slug"], one["action"], one["reason"]) for one in told] == [
        (made["slug"], "created", "Named by the source."),
        (made["slug"], "updated", "Так точніше."),
    ]
    tracker.send("DELETE", f"parties/{made['slug']}/", headers={"If-Match": '"2"'})
    with pytest.raises(Gone):
        tracker.send("GET", f"parties/{made['slug']}/")


def test_what_is_refused_names_each_fault_with_the_nearest_right_word(tracker):
    with pytest.raises(Invalid) as query:
        tracker.load("positions", partie="ukraine")
    with pytest.raises(Invalid) as body:
        tracker.create("parties", {"kind": "stat"})

    assert str(query.value) == "partie: There is no such parameter."
    assert query.value.errors[0]["did_you_mean"][0] == "party"
    assert {fault["pointer"] for fault in body.value.errors} == {"/name", "/kind"}
    assert body.value.status == 400
