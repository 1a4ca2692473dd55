"""The fenced examples of a page, and whether an answer is the one that the page shows."""

import json
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs").glob("*.md"))
FENCE = re.compile(r"^```(\w*)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# In an example it stands for what varies, or for what is left out.
ELLIPSIS = "…"


@dataclass(frozen=True)
class Fence:
    """A block of a page; `name` is that of the file that it shows, if it shows one."""

    language: str
    name: str
    text: str


def parse_fences(page):
    return [Fence(*found) for found in FENCE.findall(page.read_text())]


def parse_exchanges(page):
    """Each request of the page with the answer that stands below it."""
    return [
        (request.text, answer.text)
        for request, answer in pairwise(parse_fences(page))
        if request.language == "http" and not request.text.startswith("HTTP/")
    ]


def send_request(client, text, token):
    """The answer to a request as a page shows it: its first line, its headers, its body."""
    head, _, body = text.partition("\n\n")
    [line, *headers] = head.strip().replace("$TOKEN", token).splitlines()
    method, address = line.split(" ")
    headers = dict(header.split(": ", 1) for header in headers)
    return client.generic(method, address, body, "application/json", headers=headers)


def parse_answer(answer):
    """Status, headers and body of an answer as a page shows it; a body alone is the answer."""
    if not answer.startswith("HTTP/"):
        return None, {}, json.loads(answer)
    head, _, body = answer.partition("\n\n")
    [line, *headers] = head.strip().splitlines()
    headers = dict(header.split(": ", 1) for header in headers)
    return int(line.split(" ")[1]), headers, json.loads(body or "null")


def find_differences(expected, found, place=""):
    """Where what was found is not what is expected; none when they agree."""
    if expected == ELLIPSIS:
        return []
    if isinstance(expected, dict) and isinstance(found, dict):
        wanted = {*expected} - {ELLIPSIS}
        extra = set() if ELLIPSIS in expected else {*found} - wanted
        return [f"{place}/{name}" for name in sorted((wanted - {*found}) | extra)] + [
            one
            for name in sorted(wanted & {*found})
            for one in find_differences(expected[name], found[name], f"{place}/{name}")
        ]
    if isinstance(expected, list) and isinstance(found, list):
        if expected[-1:] == [ELLIPSIS]:
            expected, found = expected[:-1], found[: len(expected) - 1]
        if len(expected) == len(found):
            pairs = enumerate(zip(expected, found, strict=True))
            return [one for n, (e, f) in pairs for one in find_differences(e, f, f"{place}/{n}")]
    return [] if expected == found else [f"{place}: {found!r}"]
