"""`leafmark serve` for real: a process of its own, asked over HTTP, stopped and started again."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from leafmark.cli import main
from leafmark.web.workspace import NEEDED

SECONDS_MAX = 60


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def served(folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "leafmark.cli", "serve", "--workspace", str(folder), "--port", str(port)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment()) as process:
        try:
            until = time.monotonic() + SECONDS_MAX
            while time.monotonic() < until and process.poll() is None:
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def children(process: int) -> list[int]:
    """A process's children and theirs."""
    found = [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return found + [deeper for each in found for deeper in children(each)]


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LEAFMARK_", "DJANGO_"))}
    return kept


def get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_a_site_is_made_served_killed_and_served_again(tmp_path: Path) -> None:
    port = free_port()
    with served(tmp_path / "site", port) as process:
        status, text = get(port, "/")
        assert status == 200
        assert f'href="http://127.0.0.1:{port}/zh-hant/"' in text  # the origin is where it is served
        assert get(port, "/zh-hans/")[0] == 200
        styles = re.findall(r'href="(/static/[^"]+\.css)"', text)
        assert len(styles) == 2
        for style in styles:
            assert re.search(r"\.[0-9a-f]{12}\.css$", style)  # its content names it: browsers may keep it for ever
            assert get(port, style)[0] == 200
        assert get(port, "/nothing/")[0] == 404
        workers = children(process.pid)
        assert len(workers) >= 2
        process.kill()
        process.wait()
        until = time.monotonic() + SECONDS_MAX
        while any(Path(f"/proc/{each}").exists() for each in workers) and time.monotonic() < until:
            time.sleep(0.1)
        assert not [each for each in workers if Path(f"/proc/{each}").exists()], "left behind, and still answering"
    secret = (tmp_path / "site" / "secret.key").read_text()
    assert stat.S_IMODE((tmp_path / "site" / "secret.key").stat().st_mode) == 0o600
    with served(tmp_path / "site", port):
        assert get(port, "/")[0] == 200
    assert (tmp_path / "site" / "secret.key").read_text() == secret


def refused(folder: Path, *options: str) -> str:
    command = [sys.executable, "-m", "leafmark.cli", "serve", "--workspace", str(folder), *options]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_what_cannot_be_served_says_why(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert "cannot be used" in refused(tmp_path / "a", "--port", str(port))
    said = refused(tmp_path / "a", "--host", "0.0.0.0")
    assert "passwords would travel in the clear" in said
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "shelves.json").write_text("{")
    assert "shelves.json: cannot be read" in refused(tmp_path / "b")
    (tmp_path / "file").write_text("")
    assert "is a file" in refused(tmp_path / "file")


def a_demo(folder: Path) -> None:
    """A workspace with one published product, as a demo leaves it."""
    import datetime as dt

    from leafmark import engine

    folder.mkdir()
    (folder / "use.csv").write_text("product_id,kwh_per_year,lifetime_years,region,date\nTV-1,100,7,AU,\n")
    (folder / "use.catalogue.csv").write_text(
        "product_id,name,brand,sector,category\nTV-1,Aiwa 24,Aiwa,consumer electronics,tv\n"
    )
    engine.footprint(folder / "use.csv", out=folder / "use", method="appliance.use", known_on=dt.date(2026, 11, 1))
    shelf = {"run": "use", "catalogue": "use.catalogue.csv", "on_date": "2026-11-01"}
    (folder / "shelves.json").write_text(json.dumps({"shelves": [shelf]}))


def log_in(port: int, email: str, password: str) -> str:
    """Where a log-in leads, asked like a browser does."""
    jar = urllib.request.HTTPCookieProcessor()
    opener = urllib.request.build_opener(jar)
    address = f"http://127.0.0.1:{port}/account/login/"
    with opener.open(address, timeout=20) as answer:
        token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', answer.read().decode())
    assert token
    form = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], "username": email, "password": password})
    with opener.open(address, form.encode(), timeout=20) as answer:
        assert answer.status == 200
        return str(answer.url).partition(str(port))[2]


def test_everybody_of_a_demo_can_log_in(tmp_path: Path) -> None:
    """The processes that answer open a ledger of their own: one inherited from the starting process has no thread that writes."""
    a_demo(tmp_path / "demo")
    port = free_port()
    with served(tmp_path / "demo", port):
        logins = {each["role"]: each for each in json.loads((tmp_path / "demo" / "logins.json").read_text())}
        led = {role: log_in(port, each["email"], each["password"]) for role, each in logins.items()}
    assert led == {
        "consumer": "/me/",
        "brand": "/brand/aiwa/",
        "brand reviewer": "/brand/aiwa/",
        "operator": "/operate/",
        "auditor": "/audit/",
    }
    assert stat.S_IMODE((tmp_path / "demo" / "logins.json").stat().st_mode) == 0o600
    for database in (tmp_path / "demo").glob("site.db*"):
        database.unlink()
    with served(tmp_path / "demo", port):  # a new database with the old file beside it: the log-ins that are told exist
        told = json.loads((tmp_path / "demo" / "logins.json").read_text())
        assert {log_in(port, each["email"], each["password"]) for each in told} == set(led.values())


@pytest.mark.parametrize("verb", [["serve"], ["api-key", "list"]])
def test_without_its_extra_the_site_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: list[str]
) -> None:
    monkeypatch.setattr(
        "leafmark.web.workspace.find_spec", lambda name: None if name in ("granian", "django") else True
    )
    done = CliRunner().invoke(main, [*verb, "--workspace", str(tmp_path / "site")])
    assert done.exit_code == 2
    assert "the site needs django, granian: pip install 'leafmark[web]'" in done.output
    assert not (tmp_path / "site").exists()


def test_a_demo_without_the_sites_extra_is_done_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leafmark.web.workspace.find_spec", lambda name: None)
    monkeypatch.setattr("leafmark.demo.main.demo", lambda *_: 0)
    done = CliRunner().invoke(main, ["demo", "--out", str(tmp_path / "d")])
    assert done.exit_code == 0
    assert "pip install 'leafmark[web]', then leafmark serve --workspace" in done.output


def test_every_package_of_the_extra_is_asked_for() -> None:
    """Each that `pip install leafmark[web]` brings, by the name under which it is imported."""
    import tomllib

    text = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    wanted = {re.split(r"[\[>=<]", each)[0] for each in tomllib.loads(text)["project"]["optional-dependencies"]["web"]}
    imported = {"django-axes": "axes", "django-ninja": "ninja"}
    assert {imported.get(each, each.replace("-", "_")) for each in wanted} == set(NEEDED)
