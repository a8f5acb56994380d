"""A site's folder: made at the first start, safe when two start at once, and plain about what is wrong in it."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from leafmark.web.workspace import SECRET, SETTINGS, WorkspaceError, open_workspace


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ORIGIN", "MARKET", "DATABASE", "LEDGER", "PROXIES", "HOSTS"):
        monkeypatch.delenv(f"LEAFMARK_{name}", raising=False)


def test_the_first_start_makes_settings_and_a_secret_of_its_own(tmp_path: Path) -> None:
    first, second = (open_workspace(tmp_path / name) for name in ("one", "two"))
    assert first.secret() != second.secret()
    assert len(first.secret()) >= 50  # Django's check W009
    assert stat.S_IMODE((first.folder / SECRET).stat().st_mode) == 0o600
    assert open_workspace(tmp_path / "one").secret() == first.secret()
    assert not first.https


def test_two_that_start_at_once_take_one_secret(tmp_path: Path) -> None:
    places = [open_workspace(tmp_path) for _ in range(16)]
    with ThreadPoolExecutor(16) as pool:
        assert len({*pool.map(lambda place: place.secret(), places)}) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [SECRET, SETTINGS]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('origin = "ftp://x"', r"site\.toml: origin: expected http\(s\)://host\[:port\], found 'ftp://x'"),
        ('origin = "https://x/path"', "origin: expected"),
        ("origin = 5", r"site\.toml: origin: expected text in quotes, found 5"),
        ('orgin = "https://x"', "unknown setting 'orgin'; expected origin, market"),
        ("origin = ", r"site\.toml: cannot be used \(Invalid value"),
    ],
)
def test_settings_that_are_wrong_say_where(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / SETTINGS).write_text(text)
    with pytest.raises(WorkspaceError, match=said):
        open_workspace(tmp_path)


def test_a_secret_cut_short_is_not_used(tmp_path: Path) -> None:
    place = open_workspace(tmp_path)
    place.secret()
    (tmp_path / SECRET).write_text("abc")
    with pytest.raises(WorkspaceError, match=r"secret\.key: found 3 characters, expected 48 or more; remove it"):
        place.secret()


def test_https_comes_from_the_origin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAFMARK_ORIGIN", "https://shop.example/")
    place = open_workspace(tmp_path)
    assert place.https
    assert place.origin == "https://shop.example"
    assert place.allowed_hosts == ["shop.example"]
