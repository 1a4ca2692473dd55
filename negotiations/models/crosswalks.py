"""What coded values are called in the data sets of the field; where we are not sure, nothing."""

# What the codes belong to. A code of another version may mean something else.
SCHEMES: dict[str, dict[str, str]] = {
    "pax": {
        "title": "PA-X Peace Agreements Database: stages and provisions of agreements",
        "version": "6",
        "url": "https://www.peaceagreements.org/",
    },
    "plover": {
        "title": "PLOVER, Political Language Ontology for Verifiable Event Records: event types",
        "version": "draft 0.8 of 2021, with REQUEST as the data set POLECAT has it",
        "url": "https://github.com/openeventdata/PLOVER",
    },
    "ucdp": {
        "title": "UCDP Peace Agreement Dataset: types of agreements",
        "version": "2.0",
        "url": "https://ucdp.uu.se/",
    },
}
# Vocabulary -> value -> scheme -> codes. A value may be wider or narrower than its code. PLOVER
# names deeds: of a commitment, the deed that was promised.
MAPPINGS: dict[str, dict[str, dict[str, list[str]]]] = {
    "commitment_kind": {
        "aid": {"plover": ["AID"]},
        "give_access": {"plover": ["RETREAT"]},
        "hand_over_prisoners": {"pax": ["TjPrire"], "plover": ["RETREAT"]},
        "hand_over_remains": {"pax": ["TjMis"]},
        "lift_sanctions": {"plover": ["RETREAT"]},
        "meet": {"plover": ["CONSULT"]},
        "military_aid": {"plover": ["AID"]},
        "stop_fighting": {"plover": ["RETREAT"]},
        "withdraw": {"plover": ["RETREAT"]},
    },
    "incident_kind": {
        "arrest": {"plover": ["COERCE"]},
        "attack": {"plover": ["ASSAULT"]},
        "battle": {"plover": ["ASSAULT"]},
        "blockade": {"plover": ["COERCE"]},
        # Embargoes are COERCE there, broken relations and halted aid are SANCTION.
        "sanction": {"plover": ["COERCE", "SANCTION"]},
        # The second is the show of force.
        "threat": {"plover": ["THREATEN", "MOBILIZE"]},
    },
    "outcome_kind": {
        "ceasefire": {"pax": ["Cea"], "plover": ["RETREAT"]},
        "framework": {"pax": ["SubPar"]},
        "further_talks": {"pax": ["Pre"], "plover": ["AGREE"]},
        "humanitarian_access": {"plover": ["RETREAT"]},
        "partial_ceasefire": {"pax": ["Cea"], "plover": ["RETREAT"]},
        "prisoner_exchange": {"pax": ["TjPrire"], "plover": ["RETREAT"]},
        "release": {"pax": ["TjPrire"], "plover": ["RETREAT"]},
        "return_of_remains": {"pax": ["TjMis"]},
        "settlement": {"pax": ["SubComp"], "ucdp": ["full"]},
    },
    "proposal_kind": {
        "demands": {"plover": ["REQUEST"]},
        "ultimatum": {"plover": ["THREATEN"]},
    },
    "response_answer": {
        "accepts": {"plover": ["AGREE"]},
        "rejects": {"plover": ["REJECT"]},
    },
    "round_status": {"held": {"plover": ["CONSULT"]}},
}
