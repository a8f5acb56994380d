"""The README shows what the code makes today: the explanation, the label, the table of speed; its links lead somewhere."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
sys.path.insert(0, str(ROOT / "tools"))


def part(name: str) -> str:
    """What stands between NAME's markers."""
    return re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", README, re.DOTALL)[1].strip()


def shape(text: str) -> list[str]:
    """Lines with every number replaced: a new pack may change a figure, not the answer's structure."""
    return [re.sub(r"[\d.,]+", "#", re.sub(r"\s+", " ", line)).strip() for line in text.splitlines()]


@pytest.fixture(scope="module")
def television(tmp_path_factory):
    import make_readme

    return make_readme.television(tmp_path_factory.mktemp("readme") / "run")


def test_the_explanation_has_today_s_structure(television) -> None:
    import make_readme

    assert shape(part("explain")) == shape(make_readme.explanation(*television)), "run `make readme`"


def test_the_label_is_today_s(television) -> None:
    import make_readme

    assert (ROOT / "docs" / "label.svg").read_text() == make_readme.label(*television), "run `make readme`"


def test_the_parcel_is_today_s() -> None:
    pytest.importorskip("numba", reason="packing needs the extra `parcels`")
    import make_readme

    assert (ROOT / "docs" / "parcel.svg").read_text() == make_readme.parcel(), "run `make readme`"


def test_the_speed_is_of_docs_speed() -> None:
    import make_readme

    assert part("speed") == make_readme.speed().strip(), "run `make bench`"


def test_every_link_leads_to_a_file() -> None:
    linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert linked
    assert [path for path in linked if not (ROOT / path).exists()] == []


def test_every_make_target_named_here_exists() -> None:
    for target in sorted(set(re.findall(r"make ([a-z][a-z-]*)", README))):
        tried = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False)
        assert tried.returncode == 0, tried.stderr
