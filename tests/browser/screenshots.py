"""Take the pictures of the docs anew: `python tests/browser/screenshots.py`, after the three cities were run.

They show what the pages say, so they are taken again when that changes.
"""

import io
import sys
from pathlib import Path

from debian import chromium
from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"
DESKTOP, PHONE, PAPER = (1400, 900), (390, 844), (1000, 1240)
COLOURS = 128  # of a picture: enough for flat colours, a fifth of the size


def first_sheet(page: Page) -> None:
    """Open the first site in one page."""
    page.evaluate("creativeNodes.openSheet('sites', 0)")


# file, page, its address, width and height, what is done on it
PICTURES = (
    ("hanoi", "hanoi", "lang=en", DESKTOP, None),
    ("phone", "hanoi", "lang=en", PHONE, None),
    ("priorities", "hcmc", "lang=vi&tab=compare&preset=connect_the_network", DESKTOP, None),
    ("sheet", "hanoi", "lang=en", PAPER, first_sheet),
    ("comparison", "comparison", "lang=zh", DESKTOP, None),
)


def main() -> None:
    missing = [page for _, page, *_ in PICTURES if not (ROOT / "reports" / f"{page}.html").exists()]
    if missing:
        sys.exit(f"reports/{missing[0]}.html is not there: run the three cities first")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for name, report, address, (width, height), doing in PICTURES:
            page = browser.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
            page.goto(f"{(ROOT / 'reports' / f'{report}.html').as_uri()}#{address}")
            page.wait_for_selector("html[data-ready=true]", state="attached")
            if doing:
                doing(page)
            page.wait_for_timeout(1000)
            taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            taken.quantize(COLOURS, dither=Image.Dither.NONE).save(IMAGES / f"{name}.png", optimize=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
