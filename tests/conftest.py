"""The engine's small packs and bills serve tests in other folders too."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "engine"))
