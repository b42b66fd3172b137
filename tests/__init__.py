"""The tests.

As many of them run at once as there are cores, and so may as many engines: each has one core, also
of those in processes of their own. llama.cpp reads this when it is loaded, which is after this.
"""

import os

if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ["OMP_THREAD_LIMIT"] = "1"
