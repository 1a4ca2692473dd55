"""Whether a page fits its screen: narrow or wide, read from either side, with longer words."""

WIDTHS = (320, 390, 640, 1280)

# What stands in a page beside something else, and shares ground with it.
OVERLAPS = """() => {
  const boxes = [...document.querySelectorAll('main a, main p, main dt, main dd, main .question')]
    .filter((node) => !node.closest('.wide') && node.getClientRects().length)
    .map((node) => [node, node.getBoundingClientRect()]);
  return boxes.flatMap(([one, a], n) => boxes.slice(n + 1)
    .filter(([two, b]) => !one.contains(two) && !two.contains(one)
      && a.left < b.right - 1 && b.left < a.right - 1
      && a.top < b.bottom - 1 && b.top < a.bottom - 1
      && one.getClientRects().length === 1 && two.getClientRects().length === 1)
    .map(([two]) => one.textContent.trim() + ' / ' + two.textContent.trim()));
}"""

# Every text is four tenths longer.
LONGER = """() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text; (text = texts.nextNode());)
    if (text.data.trim()) text.data += text.data.slice(0, text.length * 0.4);
}"""


def fits(page):
    """Nothing makes the page itself wider than the screen."""
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def fits_every_screen(page):
    """Nothing on it is wider than its screen or lies over something else, folded out."""
    page.evaluate("document.querySelectorAll('details').forEach((node) => { node.open = true; })")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert fits(page), (page.url, width)
        assert page.evaluate(OVERLAPS) == [], (page.url, width)


def fits_in_both_directions(page):
    """Read from the left and, as in Arabic, from the right."""
    for direction in ("rtl", "ltr"):
        page.evaluate(f"document.documentElement.dir = '{direction}'")
        fits_every_screen(page)


def fits_longer_words(page):
    """As if it were written in a language that takes more room."""
    page.evaluate(LONGER)
    fits_every_screen(page)
