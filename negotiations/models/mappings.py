"""What coded values are called in the data sets of the field; where we are not sure, nothing.

PLOVER: the event types of the Political Language Ontology for Verified Event Records. PA-X: stages
of agreements and codes of provisions in the Peace Agreements Database, University of Edinburgh.
UCDP: types of agreements in the Peace Agreement Dataset, Uppsala University.
"""

# Vocabulary -> value -> scheme -> codes. A value may be wider or narrower than its code.
MAPPINGS: dict[str, dict[str, dict[str, list[str]]]] = {
    "commitment_kind": {
        "aid": {"plover": ["AID"]},
        "hand_over_prisoners": {"pax": ["TjPrire"]},
        "hand_over_remains": {"pax": ["TjMis"]},
        "meet": {"plover": ["CONSULT"]},
        "military_aid": {"plover": ["AID"]},
        "withdraw": {"plover": ["RETREAT"]},
    },
    "incident_kind": {
        "arrest": {"plover": ["COERCE"]},
        "attack": {"plover": ["ASSAULT"]},
        "battle": {"plover": ["ASSAULT"]},
        "sanction": {"plover": ["SANCTION"]},
        "threat": {"plover": ["THREATEN"]},
    },
    "outcome_kind": {
        "ceasefire": {"pax": ["Cea"]},
        "framework": {"pax": ["SubPar"]},
        "further_talks": {"pax": ["Pre"]},
        "partial_ceasefire": {"pax": ["Cea"]},
        "prisoner_exchange": {"pax": ["TjPrire"]},
        "release": {"pax": ["TjPrire"]},
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
