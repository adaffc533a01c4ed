"""What a browser really shows: whether anything is cut off, how high a capital is, and what axe-core finds."""

import importlib.resources
from collections.abc import Callable
from io import BytesIO
from typing import Any

from PIL import Image, ImageChops
from playwright.sync_api import Page

AXE = importlib.resources.files("axe_playwright_python") / "axe.min.js"
EDGE = 40
"""Rounded corners that clip are smoothed a little otherwise than those that do not: no letter is lost by it."""
UNCUT = "*, *::before, *::after { overflow: visible !important; }"
OUTSIDE = """() => {
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode;
    if (!text.data.trim() || text.parentElement.closest("script, noscript")) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const box of range.getClientRects()) {
      const middle = (box.top + box.bottom) / 2;
      const inside = box.left >= -1 && box.right <= innerWidth + 1 && middle >= 0 && middle <= innerHeight;
      if (!inside) found.push(text.data.trim());
    }
  }
  return found;
}"""
CAPITAL = """(selector) => {
  const field = document.querySelector(selector), style = getComputedStyle(field);
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  return pen.measureText("H").actualBoundingBoxAscent;
}"""


def ready(page: Page) -> None:
    """Until its letters are there and fit their fields."""
    page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")


def picture(page: Page) -> Image.Image:
    """What the screen shows."""
    return Image.open(BytesIO(page.screenshot(animations="disabled"))).convert("RGB")


def cut_off(page: Page) -> list[str]:
    """What is cut off. With nothing clipped the picture must be the same; no text begins or ends outside the screen.

    The page must be one whose policy the browser passes over (`bypass_csp`).
    """
    outside: list[str] = page.evaluate(OUTSIDE)
    clipped = picture(page)
    style = page.add_style_tag(content=UNCUT)
    lost = ImageChops.difference(clipped, picture(page)).convert("L").point(lambda value: value > EDGE and 255)
    differs = lost.getbbox()
    style.evaluate("(style) => style.remove()")
    return [*outside, *([f"ink is clipped within {differs}"] if differs else [])]


def capital_px(page: Page, selector: str) -> float:
    """The height of a capital of this element, measured on the drawn letter, in pixels of the page."""
    height: float = page.evaluate(CAPITAL, selector)
    return height


def axe(page: Page, trouble: Callable[[str], bool] = lambda impact: impact in ("serious", "critical")) -> list[str]:
    """What axe-core finds that is serious."""
    page.evaluate(AXE.read_text("utf-8"))
    found: dict[str, Any] = page.evaluate("axe.run()")
    return [
        f"{each['id']}: {node['html']}"
        for each in found["violations"]
        if trouble(each["impact"])
        for node in each["nodes"]
    ]
