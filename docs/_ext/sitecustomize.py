"""Python imports this module when it begins; in a process that a page started, it has it watched."""

import os

if journal := os.environ.get("PAGE_JOURNAL"):
    from watch_process import watch_process

    watch_process(journal)
