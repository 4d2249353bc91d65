"""The modules beside this file, such as made_up.py, can be imported by the tests of all folders of the report."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
