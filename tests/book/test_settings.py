"""The settings in conf.py."""

import runpy

import linear_tutorial
from support.commands import ROOT


def test_the_constants_of_the_book_are_those_of_the_package():
    settings = runpy.run_path(str(ROOT / "conf.py"))
    for number, reason in settings["nbpromises_constants"].items():
        assert reason
        name = reason.split(",")[0].split(";")[0]
        if name.isupper():
            assert getattr(linear_tutorial, name) == float(number)
