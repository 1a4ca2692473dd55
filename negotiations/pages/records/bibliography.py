"""How others cite a record: BibTeX and CSL-JSON (Citation Style Language 1.0.2)."""

from dataclasses import dataclass
from datetime import datetime

import orjson

PUBLISHER = "Negotiation Tracker"
BIBTEX = "application/x-bibtex; charset=utf-8"
CSL = "application/vnd.citationstyles.csl+json; charset=utf-8"
# What TeX takes for a command.
ESCAPES = str.maketrans(
    {
        **{sign: f"\\{sign}" for sign in "&%$#_{}"},
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)


@dataclass(frozen=True)
class BibliographyEntry:
    """One version of a record as something to be cited."""

    kind: str
    slug: str
    title: str
    version: int
    at: datetime
    url: str

    @property
    def plain(self) -> str:
        """For people: title, what it is, version, day, address."""
        day = f"{self.at.day} {self.at:%B %Y}"
        about = f"{self.kind}, version {self.version}, {day}"
        return f"{self.title.rstrip('.')}. {PUBLISHER}, {about}. {self.url}"

    @property
    def bibtex(self) -> str:
        """An entry of ``@misc``, which every style knows."""
        entries = {
            "author": f"{{{PUBLISHER}}}",
            "title": f"{{{escape_tex(self.title)}}}",
            "year": str(self.at.year),
            "month": str(self.at.month),
            "howpublished": escape_tex(f"{PUBLISHER}, {self.kind}"),
            "note": f"Version {self.version}",
            "url": self.url,
        }
        lines = "".join(f"  {name} = {{{value}}},\n" for name, value in entries.items())
        return f"@misc{{{self.slug}-v{self.version},\n{lines}}}\n"

    @property
    def csl(self) -> str:
        """A list of one item, as reference managers read it."""
        item = {
            "id": f"{self.slug}-v{self.version}",
            "type": "webpage",
            "title": self.title,
            "author": [{"literal": PUBLISHER}],
            "container-title": PUBLISHER,
            "genre": self.kind,
            "version": str(self.version),
            "issued": {"date-parts": [[self.at.year, self.at.month, self.at.day]]},
            "URL": self.url,
        }
        return orjson.dumps([item], option=orjson.OPT_INDENT_2).decode() + "\n"


def escape_tex(text: str) -> str:
    """A text as TeX sets it, in one line."""
    return " ".join(text.split()).translate(ESCAPES)
