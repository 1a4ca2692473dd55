"""Reads requests of a Bruno collection and sends them: the part of the format that we use."""

import json
import re
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

COLLECTION = Path(__file__).resolve().parents[2] / "examples" / "bruno"
BLOCK = re.compile(r"^([a-z:-]+) \{\n(.*?)^\}\n", re.MULTILINE | re.DOTALL)
VERBS = ("get", "post", "put", "patch", "delete")
# What is understood; anything else in a file would be shown to readers and never tried.
BLOCKS = {*VERBS, "meta", "headers", "auth:bearer", "body:json", "vars:post-response", "assert"}


def pairs(text):
    """The lines of a block: ``name: value``."""
    return dict(line.strip().split(": ", 1) for line in text.splitlines() if line.strip())


def requests():
    """The name and the blocks of each file, in the order of the collection."""
    found = [
        (path.stem, dict(BLOCK.findall(path.read_text()))) for path in COLLECTION.glob("*.bru")
    ]
    return sorted(found, key=lambda one: int(pairs(one[1]["meta"])["seq"]))


def send(blocks, values):
    """The status and the body that are answered; keeps for later what the file says to keep."""
    blocks = {
        name: re.sub(r"\{\{(\w+)\}\}", lambda found: values[found[1]], text)
        for name, text in blocks.items()
    }
    [verb] = blocks.keys() & {*VERBS}
    headers = pairs(blocks.get("headers", ""))
    if token := pairs(blocks.get("auth:bearer", "")).get("token"):
        headers["Authorization"] = f"Bearer {token}"
    data = None
    if "body:json" in blocks:
        data, headers["Content-Type"] = blocks["body:json"].encode(), "application/json"
    request = Request(pairs(blocks[verb])["url"], data, headers, method=verb.upper())
    try:
        answer = urlopen(request)
    except HTTPError as refused:
        answer = refused
    with answer:
        result = {"res": {"status": answer.status, "body": json.loads(answer.read() or "null")}}
    for name, path in pairs(blocks.get("vars:post-response", "")).items():
        values[name] = value_at(result, path)
    return result


def value_at(result, path):
    """What stands at ``res.body.results[0].slug``."""
    for step in re.findall(r"[\w-]+", path):
        result = result[int(step) if step.isdigit() else step]
    return result


def failures(result, text):
    """The assertions of a block that do not hold, each with what was found."""
    failed = []
    for path, said in pairs(text).items():
        operator, expected = said.split(" ", 1)
        assert operator == "eq", said
        found = value_at(result, path)
        if str(found) != expected:
            failed.append((path, said, found))
    return failed
