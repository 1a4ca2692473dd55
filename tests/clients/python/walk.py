"""Reads, writes and follows the record with a client that openapi-python-client made.

python walk.py http://127.0.0.1:8000 TOKEN
"""

import sys

from negotiation_tracker_client import AuthenticatedClient, Client
from negotiation_tracker_client.api.changes import changes_list
from negotiation_tracker_client.api.positions import (
    positions_change,
    positions_create,
    positions_delete,
    positions_list,
    positions_retrieve,
)
from negotiation_tracker_client.models import (
    ChangeAction,
    CitationNested,
    Collection,
    PositionBasis,
    PositionChange,
    PositionCreate,
    PositionExpansion,
    PositionMember,
    PositionStance,
    ProblemCode,
)

CLAIM = "Ukraine gives up no territory, a client app noted."


def read(client):
    """The published positions of both sides on territory, with the words behind them."""
    answer = positions_list.sync_detailed(
        client=client,
        issue=["territory"],
        party=["ukraine", "russia"],
        expand=[PositionExpansion.PARTY, PositionExpansion.CITATIONS_SOURCE],
    )
    positions = {position.party: position for position in answer.parsed.results}
    assert sorted(positions) == ["russia", "ukraine"], positions
    ukraine = positions["ukraine"]
    assert ukraine.stance is PositionStance.OPPOSES
    assert ukraine.date_earliest.isoformat() == "2025-06-01"
    assert ukraine.expand.party.name == "Ukraine"
    citation = ukraine.expand.citations.results[0]
    assert citation.quote
    assert positions_retrieve.sync(ukraine.slug, client=client).claim == ukraine.claim
    some = positions_list.sync(
        client=client, limit=1, fields=[PositionMember.SLUG, PositionMember.STANCE]
    )
    assert [sorted(row.to_dict()) for row in some.results] == [["slug", "stance"]]
    return ukraine, citation, int(answer.headers["Feed-Position"])


def write(client, model, citation):
    """Make a draft with the words that support it, change it, delete it."""
    body = PositionCreate(
        negotiation=model.negotiation,
        party=model.party,
        issue=model.issue,
        stance=PositionStance.OPPOSES,
        basis=PositionBasis.IMPLIED,
        claim=CLAIM,
        citations=[
            CitationNested(
                source=citation.source,
                quote=citation.quote,
                before=citation.before,
                after=citation.after,
            )
        ],
    )
    made = positions_create.sync_detailed(client=client, body=body, change_reason="A first note.")
    assert made.status_code == 201, made.content
    position, first = made.parsed, made.headers["ETag"]
    changed = positions_change.sync_detailed(
        position.slug,
        client=client,
        body=PositionChange(stance=PositionStance.DOUBTS),
        if_match=first,
    )
    assert (changed.status_code, changed.parsed.stance) == (200, PositionStance.DOUBTS)
    stale = positions_change.sync(
        position.slug,
        client=client,
        body=PositionChange(stance=PositionStance.OPEN),
        if_match=first,
    )
    assert (stale.status, stale.code) == (412, ProblemCode.STALE)
    assert (stale.current_version, stale.changed) == (changed.parsed.version, ["stance"])
    wrong = positions_change.sync(
        position.slug, client=client, body=PositionChange(party="ukrane"), if_match="*"
    )
    assert (wrong.status, wrong.code) == (400, ProblemCode.INVALID)
    (fault,) = wrong.errors
    assert (fault.pointer, fault.code) == ("/party", "unknown_reference")
    assert fault.did_you_mean[0] == "ukraine"
    gone = positions_delete.sync_detailed(
        position.slug, client=client, if_match=changed.headers["ETag"]
    )
    assert gone.status_code == 204, gone.content
    assert positions_retrieve.sync(position.slug, client=client).code is ProblemCode.GONE
    return position.slug


def follow(client, position, slug):
    """What happened to the record since a position of the feed."""
    page = changes_list.sync(client=client, after=position, kind=[Collection.POSITIONS])
    told = [(change.action, change.version) for change in page.results if change.slug == slug]
    assert [action for action, _ in told] == [
        ChangeAction.CREATED,
        ChangeAction.UPDATED,
        ChangeAction.DELETED,
    ], told
    assert page.results[0].reason == "A first note."


def main(url, token):
    ukraine, citation, _ = read(Client(base_url=url))
    with AuthenticatedClient(base_url=url, token=token) as client:
        *_, position = read(client)
        slug = write(client, ukraine, citation)
        follow(client, position, slug)
    print("read, written, followed")


if __name__ == "__main__":
    main(*sys.argv[1:])
