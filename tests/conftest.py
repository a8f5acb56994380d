"""What tests of every folder share: the data beside the project, and a home of their own."""

import os
import signal
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import hypothesis
import pytest

# How long an example takes is the machine's affair: a busy one must not fail a claim.
hypothesis.settings.register_profile("leafmark", deadline=None, max_examples=30)
# `make stress` runs every property again, with Hypothesis' own number of examples.
hypothesis.settings.register_profile("long", deadline=None, max_examples=100)
hypothesis.settings.load_profile("leafmark")

# A shell without job control starts what it puts in the background with Ctrl-C ignored; the tests of Ctrl-C need it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The engine's small packs and bills serve tests in other folders too.
sys.path.insert(0, str(Path(__file__).parent / "engine"))

SHARED_DATA_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session", autouse=True)
def leafmark_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folder that `LEAFMARK_HOME` names while tests run, so that none of them reads or writes the user's own."""
    home = tmp_path_factory.mktemp("leafmark-home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEAFMARK_HOME", str(home))
        yield home


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real tables that are too large or not ours to commit."""
    named = os.environ.get("LEAFMARK_SHARED_DATA")
    folder = Path(named) if named else SHARED_DATA_BESIDE
    if not folder.is_dir():
        pytest.skip(f"the shared data are not in {folder}; set LEAFMARK_SHARED_DATA to their folder")
    return folder


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With `LEAFMARK_NO_SKIPS` set (CI, where all that tests need is there) a skipped test is a failed one."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("LEAFMARK_NO_SKIPS"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and LEAFMARK_NO_SKIPS is set: {report.longrepr}"
    return report
