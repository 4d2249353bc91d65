"""Many cities in a real browser: the table fits its place beside the maps, and degrees on a map lie apart."""

import runpy
from pathlib import Path

import pytest

from creative_nodes.report import page
from creative_nodes.report.cities import index
from creative_nodes.report.cities.national import national

UNIT = Path(__file__).parents[1] / "unit"
pytestmark = pytest.mark.browser
# what is wider than its place, and which degrees lie on each other or stand out of their map
FOUND = """() => {
  const wide = [...document.querySelectorAll("body, .national .wide, .national form")]
    .filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.className || one.tagName);
  const boxes = [...document.querySelectorAll("svg.national-map")].flatMap((map) => {
    const frame = map.getBoundingClientRect();
    return [...map.querySelectorAll(".degrees")].map((one) =>
      ({ frame, text: one.textContent, box: one.getBoundingClientRect() }));
  });
  const out = boxes.filter(({ frame, box }) => box.right > frame.right + 1 || box.left < frame.left - 1);
  const over = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const laid = boxes.filter((a, i) => boxes.slice(i + 1).some((b) => over(a.box, b.box)));
  return { wide, out: out.map((one) => one.text), laid: laid.map((one) => one.text) };
}"""


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    made = runpy.run_path(str(UNIT / "report/cities/test_national.py"))
    path = tmp_path_factory.mktemp("national") / "index.html"
    found = index.IndexPage((), (), "", national([made["city"](key) for key in made["CITIES"]]))
    page.write_page(page.index_html(lambda: found), path)
    return path


@pytest.mark.parametrize("width", [390, 768, 1300, 1400])
def test_table_filters_and_degrees_fit_their_places(chromium, many, width):
    opened = chromium.new_page(viewport={"width": width, "height": 900})
    opened.goto(many.as_uri())
    found = opened.evaluate(FOUND)
    opened.close()
    assert found == {"wide": [], "out": [], "laid": []}


def test_the_address_keeps_filters_order_and_search_and_back_returns(chromium, many):
    opened = chromium.new_page()
    opened.goto(many.as_uri())
    rows = opened.locator("#national-rows tbody tr:visible")
    every = rows.count()
    first = rows.first.get_attribute("data-name")
    opened.get_by_label("Order by").select_option("name")
    opened.get_by_label("Name", exact=True).press_sequentially(first[:3])
    found = rows.count()
    link = opened.url
    assert 0 < found < every and "sort=name" in link
    opened.goto("about:blank")
    opened.goto(link)
    assert rows.count() == found and opened.get_by_label("Order by").input_value() == "name"
    opened.get_by_role("button", name="Tiếng Việt").click()
    assert rows.count() == found
    opened.get_by_role("button", name="English").click()
    opened.get_by_label("Name", exact=True).fill("")
    assert rows.count() == every and opened.get_by_label("Order by").input_value() == "name"
    opened.get_by_label("Order by").select_option("gain")
    opened.go_back()
    assert opened.get_by_label("Order by").input_value() == "name"
    opened.close()
