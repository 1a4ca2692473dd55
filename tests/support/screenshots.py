"""Takes the pictures of the documentation: ``make screenshots``.

It starts a debug installation with the seeds in a temporary folder, looks at it as its readers and
analysts do, and writes docs/images/. All pages of readers, wide and narrow, by day and by night,
are left under var/screenshots/, to be looked at.
"""

import base64
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from itertools import product
from urllib.request import Request, urlopen

import nbformat
from nbclient import NotebookClient
from PIL import Image
from playwright.sync_api import sync_playwright

from tests.conftest import CHROMIUMS
from tests.support.processes import ROOT

IMAGES = ROOT / "docs" / "images"
SCREEN = {"width": 1280, "height": 860}
SOURCE = "000-abbff991094584f6"
TALKS = "ukraine-russia-2025"
LOOKED_AT = ROOT / "var" / "screenshots"
PAGES = {
    "start": "/",
    "record": f"/proposals/{TALKS}-russian-demands/",
    "source": f"/sources/{SOURCE}/",
    "search": "/search/?q=talks",
}
PICTURES = ("matrix", "timeline", "movement", "fulfilment", "attention")
DRAFT = {
    "negotiation": TALKS,
    "party": "ukraine",
    "issue": "territory",
    "stance": "opposes",
    "basis": "stated",
    "claim": "Ukraine calls the demands unacceptable.",
    "citations": [{"source": SOURCE, "quote": "saying they were unacceptable"}],
}


@contextmanager
def installation():
    """The address of a server with the seeds, and the passwords of its demo users."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "TRACKER_DEBUG": "1",
            "DATABASE_URL": f"sqlite:///{folder}/tracker.sqlite3",
        }

        def manage(*arguments):
            command = [sys.executable, "manage.py", *arguments]
            done = subprocess.run(
                command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
            )
            return done.stdout.strip()

        manage("migrate", "--verbosity", "0")
        manage("loadseeds")
        analyst, reviewer = (line.split()[-1] for line in manage("createdemo").splitlines())
        token = manage("createtoken", "analyst", "--scope", "write")
        with socket.create_server(("127.0.0.1", 0)) as free:
            address = f"127.0.0.1:{free.getsockname()[1]}"
        command = [sys.executable, "manage.py", "runserver", "--noreload", address]
        output = subprocess.DEVNULL
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        try:
            wait_for(f"http://{address}/readyz")
            yield f"http://{address}", token, {"analyst": analyst, "reviewer": reviewer}
        finally:
            server.terminate()
            server.wait(30)


def wait_for(address):
    for _ in range(300):
        try:
            return urlopen(address).close()
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"{address} does not answer.")


def save(name, png, folder=IMAGES):
    """Keep a picture with 128 colours: a page has hardly more."""
    path = folder / f"{name}.png"
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture.quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)
    size = path.stat().st_size
    sys.stdout.write(f"{path.relative_to(ROOT)}: {size // 1000} kB\n")


def send(url, token, method, path, body, **headers):
    headers |= {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = Request(f"{url}/api/v1/{path}", json.dumps(body).encode(), headers, method=method)
    with urlopen(request) as answer:
        return json.load(answer)


def log_in(browser, url, name, password):
    page = browser.new_page(viewport=SCREEN)
    page.goto(f"{url}/admin/login/?next=/admin/")
    page.fill("#id_username", name)
    page.fill("#id_password", password)
    page.click("input[type=submit]")
    return page


def readers(browser, url):
    """What needs no account."""
    page = browser.new_page(viewport=SCREEN)
    page.goto(f"{(ROOT / 'examples' / 'dashboard.html').as_uri()}?api={url}")
    page.wait_for_selector("main:not([aria-busy])")
    save("dashboard", page.screenshot())
    page.goto(f"{url}/")
    save("start", page.screenshot())
    page.goto(f"{url}/negotiations/{TALKS}/")
    save("negotiation", page.screenshot())
    page.close()


def in_every_light(browser, url):
    """The pages and pictures of readers, on a desk and on a telephone, by day and by night."""
    for width, scheme in product((1280, 390), ("light", "dark")):
        screen = {"width": width, "height": 860}
        page = browser.new_page(viewport=screen, color_scheme=scheme)
        for name, path in PAGES.items():
            page.goto(f"{url}{path}")
            save(f"{name}-{width}-{scheme}", page.screenshot(full_page=True), LOOKED_AT)
        page.goto(f"{url}/negotiations/{TALKS}/")
        for name in PICTURES:
            # Of the whole page, where nothing sticks to an edge of the screen.
            part = page.locator(f"section[aria-labelledby={name}]").bounding_box()
            png = page.screenshot(full_page=True, clip=part)
            save(f"{name}-{width}-{scheme}", png, LOOKED_AT)
        page.close()


def desk(browser, url, token, passwords):
    """An analyst codes a sentence, and a reviewer looks at one."""
    page = log_in(browser, url, "analyst", passwords["analyst"])
    page.goto(f"{url}/admin/negotiations/source/")
    address = page.locator("#result_list a[href*='/change/']").first.get_attribute("href")
    page.goto(f"{url}{address.partition('/change/')[0]}/code/")
    select(page, "The momentum of the negotiations must be stepped up.")
    page.keyboard.press("p")
    page.wait_for_selector("#coding-panel [name=claim]")
    save("coding", page.screenshot())
    made = send(url, token, "POST", "positions/", DRAFT)
    own = f"positions/{made['slug']}/"
    send(url, token, "PATCH", own, {"review": "in_review"}, **{"If-Match": "*"})
    page = log_in(browser, url, "reviewer", passwords["reviewer"])
    page.goto(f"{url}/admin/review/{own}")
    save("review", page.screenshot())


def select(page, words):
    """Drag the mouse over words of the source, once the desk's script is there."""
    page.wait_for_selector("#coding-text:focus")
    left, right = page.evaluate(ENDS, words)
    page.mouse.move(*left)
    page.mouse.down()
    page.mouse.move(*right, steps=4)
    page.mouse.up()
    page.locator("#coding-bar q", has_text=words).wait_for()


ENDS = """(words) => {
  const text = document.getElementById("coding-text");
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const start = node.data.indexOf(words);
    if (start < 0) continue;
    const range = document.createRange();
    range.setStart(node, start);
    range.setEnd(node, start + words.length);
    node.parentElement.scrollIntoView({ block: "center" });
    const boxes = [...range.getClientRects()];
    const [first, last] = [boxes[0], boxes.at(-1)];
    const middle = (box) => box.top + box.height / 2;
    return [[first.left + 0.5, middle(first)], [last.right - 0.5, middle(last)]];
  }
}"""


def notebook(url):
    """The last plot of the notebook."""
    os.environ["TRACKER"] = url
    read = nbformat.read(ROOT / "examples" / "notebook.ipynb", as_version=4)
    NotebookClient(read, timeout=300, kernel_name="python3").execute()
    outputs = [told.get("data", {}) for cell in read.cells for told in cell.get("outputs", ())]
    plots = [data["image/png"] for data in outputs if "image/png" in data]
    save("notebook", base64.b64decode(plots[-1]))


def main():
    for folder in (IMAGES, LOOKED_AT):
        folder.mkdir(parents=True, exist_ok=True)
    chromium = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    sandbox = [] if os.geteuid() else ["--no-sandbox"]
    with installation() as (url, token, passwords), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=sandbox)
        readers(browser, url)
        in_every_light(browser, url)
        desk(browser, url, token, passwords)
        browser.close()
        notebook(url)


if __name__ == "__main__":
    main()
