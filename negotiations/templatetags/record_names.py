"""A record by who and what, on the pages of the desk."""

from django import template

from negotiations.analysis.wording.headings import name_record

register = template.Library()
register.filter("name_record", name_record)
