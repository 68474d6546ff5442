"""What was freed goes back to the system."""

import subprocess
import sys

import pytest

# Small blocks with a held one above them: without being asked, the allocator keeps the room below.
HOLDS = """
import psutil
from csmkit.give_back import give_back
blocks = [bytes(50_000) for _ in range(2_000)]
last = bytes(50_000)
before = psutil.Process().memory_info().rss
blocks.clear()
kept = psutil.Process().memory_info().rss
give_back()
print((kept - psutil.Process().memory_info().rss) >> 20, (before - kept) >> 20)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc is asked")
def test_free_memory_is_given_back():
    told = subprocess.run([sys.executable, "-c", HOLDS], capture_output=True, text=True, check=True)
    given, gone_before = map(int, told.stdout.split())
    assert given + gone_before > 80
    assert given > gone_before
