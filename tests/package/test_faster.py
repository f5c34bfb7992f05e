"""The times on the page about speed do not depend on what other programs do."""

import re
import time
import timeit

from support.commands import ROOT

PAGE = (ROOT / "docs" / "beyond" / "faster.md").read_text(encoding="utf-8")


def test_time_in_which_other_programs_have_the_processor_is_not_counted():
    (code,) = re.findall(r"def time_per_step.*?\n\n", PAGE, re.DOTALL)
    page = {"time": time, "timeit": timeit}
    exec(code, page)
    # Like another program, a sleep takes the processor away.
    assert page["time_per_step"](lambda: time.sleep(0.1), steps=1) < 0.05
