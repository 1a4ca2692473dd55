"""Who and what, in one line: the only place that words the records of a negotiation.

Parties stand before a colon, an arrow or a bracket, never as the subject of a verb: so names in the
plural ("NATO countries") and names with an article ("the United States") read right, without a
guess at their grammar. A position is its claim, to the letter; its stance is the answer to the
question of its issue, and is said beside that whole question or not at all.
"""

from collections.abc import Mapping, Sequence

from .phrases import enclose, end_sentence, join_facts, join_names, label, quote

# What each stance answers to a question that can be answered with yes and no.
ANSWERS = {
    "supports": "yes",
    "open": "could say yes",
    "unclear": "no clear answer",
    "doubts": "leans to no",
    "opposes": "no",
}
RESPONSES = {
    "accepts": "accepted",
    "accepts_in_part": "accepted in part",
    "rejects": "rejected",
    "counters": "answered with another proposal",
    "defers": "answer put off",
    "considers": "under consideration",
    "evades": "evaded",
    "other": "another answer (see the note)",
}
# What the delegations of each role are called beside their round.
ROLES = {
    "side": "delegations",
    "mediator": "mediator",
    "host": "host",
    "observer": "observer",
    "other": "in another role",
}
ABOUT = {"date": "", "deadline": "Deadline", "due": "Due"}
# Stands between what a date is and whose it is, who have a colon of their own.
DATE_MARK = " – "
# An outcome that stands so needs no word beside what it obliges to.
STANDING = {"", "agreed", "in_force"}
Names = Sequence[str]


def format_code(code: str) -> str:
    """Return a coded value in words."""
    return code.replace("_", " ")


def format_direction(givers: Names, takers: Names) -> str:
    """Say from whom to whom: “Russia → Ukraine”; those who owe one another stand on both sides."""
    if len(givers) > 1 and sorted(givers) == sorted(takers):
        return " ↔ ".join(givers)
    return " → ".join(filter(None, (join_names(givers), join_names(takers))))


def format_status(status: str) -> str:
    """Return how something stands; “status unknown” where nothing is known."""
    return "status unknown" if status == "unknown" else format_code(status)


def summarize_negotiation(title: str, status: str) -> str:
    return f"{title} ({format_status(status)})"


def summarize_round(title: str, status: str, delegations: Mapping[str, Names] | None = None) -> str:
    """Say how far a round came, and who was to be there in which role."""
    names = delegations or {}
    roles = (label(ROLES[role], join_names(names[role])) for role in ROLES if role in names)
    return f"{title} ({join_facts(format_status(status), *roles)})"


def summarize_delegation(party: str, title: str, status: str, role: str) -> str:
    """Say whose delegation it is, to which round, and that the round was not held."""
    stands = "" if status in {"", "held"} else format_status(status)
    about = join_facts(stands, format_code(role))
    return f"{party}: delegation to {quote(title)}{enclose(about)}"


def summarize_statement(party: str, summary: str, medium: str) -> str:
    return f"{party}{enclose(format_code(medium))}: {summary}"


def summarize_position(party: str, claim: str, firmness: str, basis: str) -> str:
    how = join_facts(
        "" if firmness == "unspecified" else format_code(firmness),
        "implied" if basis == "implied" else "",
        mark=", ",
    )
    return f"{party}{enclose(how)}: {claim}"


def format_answer(question: str, stance: str) -> str:
    """Show a question, to the letter, with its answer."""
    return f"{label('Question', quote(question))} {label('Answer', ANSWERS[stance])}"


def explain_position(summary: str, question: str, stance: str) -> str:
    """Show the claim, the question and the answer."""
    return f"{end_sentence(summary)} {format_answer(question, stance)}"


def summarize_proposal(makers: Names, addressees: Names, title: str, status: str) -> str:
    # How it stands by the latest source, which is not how it stood when it was made.
    what = f"{title} ({label('status', format_code(status))})"
    return join_facts(format_direction(makers, addressees), what, mark=": ")


def summarize_term(obligors: Names, obligees: Names, text: str) -> str:
    return join_facts(format_direction(obligors, obligees), text, mark=": ")


def summarize_response(party: str, answer: str, proposal: str, term: str | None = None) -> str:
    """``term`` is the one item that is answered, None where the whole is."""
    item = "" if term is None else f"item {quote(term)} of " if term else "an item of "
    return f"{party}, on {item}{quote(proposal)}: {RESPONSES[answer]}"


def summarize_outcome(title: str, status: str, agreed_by: Names) -> str:
    agreed = label("agreed by", join_names(agreed_by))
    # Who agreed is not who ended, denounced or disputes it.
    stands = "" if agreed and status == "agreed" else label("status", format_code(status))
    return f"{title} ({join_facts(stands, agreed)})"


def is_agreed(outcome_status: str) -> bool:
    """Return whether a commitment is owed: not where its outcome was sought and not reached."""
    return outcome_status != "not_reached"


def format_about(about: str, outcome_status: str) -> str:
    """Name one of a record's dates; what was not agreed never falls due."""
    return "Not agreed" if about == "due" and not is_agreed(outcome_status) else ABOUT[about]


def label_outcome(outcome_status: str) -> str:
    """Say how the outcome of a commitment stands, unless it holds."""
    return "" if outcome_status in STANDING else label("outcome", format_code(outcome_status))


def summarize_commitment(
    obligors: Names, obligees: Names, text: str, according_to: str, outcome_status: str
) -> str:
    about = join_facts(label("according to", according_to), label_outcome(outcome_status))
    what = f"{text}{enclose(about)}"
    return join_facts(format_direction(obligors, obligees), what, mark=": ")


def summarize_delivery(
    direction: str, amount: str, category: str, verification: str, commitment: str
) -> str:
    """Say how much, for whom, and on whose word, before the promise with numbers of its own."""
    how_much = join_facts(amount or "number not given", category, mark=", ")
    checked = format_code(verification)
    return f"{direction}: {how_much} ({checked}), under {quote(commitment.rstrip('.'))}"


def find_possible_sides(
    given: str, taken: str, obligors: Names, obligees: Names
) -> tuple[list[str], list[str]]:
    """Return who can have delivered something, and who can have received it."""
    return (
        [given] if given else [name for name in obligors if name != taken],
        [taken] if taken else [name for name in obligees if name != given],
    )


def find_direction(given: str, taken: str, obligors: Names, obligees: Names) -> str:
    """Say from whom to whom something was delivered.

    Of several that owe, or are owed, the record does not say which it was; nobody delivers to
    themselves.
    """
    givers, takers = find_possible_sides(given, taken, obligors, obligees)
    to = join_names(takers, "or") or "receiver not named"
    return f"{join_names(givers, 'or')} → {to}"


def summarize_incident(title: str, kind: str, by: Names) -> str:
    return f"{title} ({join_facts(format_code(kind), label('by', join_names(by)))})"
