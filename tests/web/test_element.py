"""`<carbon-label>` in a real browser, on a page of another origin, with and without JavaScript."""

from __future__ import annotations

import gzip
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium import in_chromium

from leafmark.web import tokens_css

SCRIPT = Path(tokens_css.__file__).parent / "static" / "carbon-label.js"


def test_the_script_is_small() -> None:
    assert len(gzip.compress(SCRIPT.read_bytes(), 9)) <= 1536


@pytest.fixture
def elsewhere(live_server: object) -> Iterator[str]:
    """A page of another origin that shows labels of ours."""
    ours = live_server.url  # type: ignore[attr-defined]
    page = f"""<!doctype html><html lang="zh-Hant"><meta charset=utf-8><title>A shop</title>
      <script src="{ours}/static/carbon-label.js" defer></script>
      <carbon-label id=a gtin="09506000134352"><img src="{ours}/label/09506000134352.svg" alt="fallback"></carbon-label>
      <carbon-label id=b product="aiwa/TV-2" lang="fr" form="full"></carbon-label>
      <carbon-label id=c gtin="09506000134353"><img alt="fallback"></carbon-label>
      <carbon-label id=d product="../account/login"></carbon-label>""".encode()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            return

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@in_chromium
@pytest.mark.parametrize("script", [True, False])
def test_a_label_on_another_origins_page(
    transactional_db: None, shelf: None, elsewhere: str, browser: Any, script: bool
) -> None:
    context = browser.new_context(java_script_enabled=script)
    page = context.new_page()
    page.goto(elsewhere)
    page.wait_for_load_state("networkidle")
    if script:
        page.wait_for_selector("#a a img")
        page.wait_for_selector("#b a img")
        assert "碳足跡" in page.get_attribute("#a img", "alt")
        assert page.get_attribute("#a a", "href").endswith("/01/09506000134352")
        assert page.evaluate("document.querySelector('#a img').naturalWidth") > 0
        assert "Carbon footprint" in page.get_attribute("#b img", "alt")  # French is not there: English
        assert page.query_selector("#d a") is None
    else:
        assert page.query_selector("#a a") is None
    assert page.get_attribute("#c img", "alt") == "fallback"
    context.close()
