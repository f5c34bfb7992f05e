"""What the last cell of a notebook says of the results, in a real IPython."""

import sys
from collections.abc import Iterator
from textwrap import dedent
from zlib import crc32

import pytest
from IPython.core.interactiveshell import InteractiveShell

from linear_tutorial import notebook


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """Return an IPython in which the first cell of a notebook has run."""
    monkeypatch.setattr(notebook, "_printed", {})
    shell = InteractiveShell.instance()
    shell.run_cell("from linear_tutorial import notebook; notebook.begin()")
    yield shell
    InteractiveShell.clear_instance()


def book(cell: str, numbers: str) -> str:
    return f"{crc32(cell.encode()):08x} {numbers}\n"


@pytest.mark.parametrize(
    "cell",
    [
        "print('W =', 2.98014)",
        "2.98014",
        "for number in 1.5, 2.98014: print(number)",
        "print('第2.98014步')",
    ],
)
def test_a_number_of_the_book_is_found_where_a_reader_sees_it(shell, cell):
    shell.run_cell(cell)
    assert notebook.compare(book(cell, "2.9801")) == (1, [])
    assert notebook.compare(book(cell, "2.9803")) == (0, [(cell, "2.9803")])


def test_a_cell_still_prints(shell, capsys):
    stream = sys.stdout
    shell.run_cell("print('hello')")
    assert capsys.readouterr().out == "hello\n"
    assert sys.stdout is stream


def test_two_cells_that_begin_alike_are_two(shell):
    cells = ["a = 1\nprint(1.5)", "a = 1\nprint(2.5)"]
    for cell in cells:
        shell.run_cell(cell)
    numbers = book(cells[0], "1.25") + book(cells[1], "2.25")
    assert notebook.compare(numbers) == (
        0,
        [("a = 1", "1.25"), ("a = 1", "2.25")],
    )


def test_a_cell_finds_the_stream_that_it_expects(shell, capfd):
    cell = """
        import subprocess, sys
        subprocess.run(["echo", "from a program"], stdout=sys.stdout)
        print(sys.stdout.encoding)
        """
    with capfd.disabled():
        result = shell.run_cell(dedent(cell))
    assert result.success


def test_a_cell_that_did_not_run_is_not_compared(shell):
    assert notebook.compare(book("print(1)", "1")) == (0, [])


def test_a_cell_that_the_reader_changed_is_not_compared(shell):
    shell.run_cell("print(2)")
    assert notebook.compare(book("print(1)", "1")) == (0, [])


def test_a_cell_that_ran_before_the_reader_changed_it_is_not_compared(shell):
    for cell in "print(1)", "print(2)":
        shell.run_cell(cell, cell_id="a")
    shell.run_cell("print(3)", cell_id="b")
    numbers = book("print(1)", "1") + book("print(3)", "3")
    assert notebook.compare(numbers) == (1, [])


def test_only_the_last_run_of_a_cell_counts(shell):
    shell.run_cell("n = 1")
    shell.run_cell("print(n)")
    shell.run_cell("n = 2")
    shell.run_cell("print(n)")
    assert notebook.compare(book("print(n)", "1")) == (0, [("print(n)", "1")])


def test_a_first_cell_that_runs_again_changes_nothing(shell, capsys):
    shell.run_cell("notebook.begin()")
    shell.run_cell("print(0.25)")
    assert capsys.readouterr().out == "0.25\n"
    assert notebook.compare(book("print(0.25)", "0.25")) == (1, [])


@pytest.mark.parametrize(
    ("of_book", "printed"),
    [
        ("nan", "nan"),
        ("inf", "loss=inf"),
        ("-1.5e-3", "-1.5e-03"),
        ("7 4.47", "7 per epoch: W = 4.47"),
        ("201", "points: 201, 33.2 µs"),
        ("84 100", "100 个答对 84 个"),
    ],
)
def test_numbers_are_found_in_any_form(shell, of_book, printed):
    cell = f"print({printed!r})"
    shell.run_cell(cell)
    assert notebook.compare(book(cell, of_book)) == (1, [])


@pytest.mark.parametrize(
    ("of_book", "printed"),
    [
        ("nan", "0.5"),
        ("0.5", "nan"),
        ("1.0", "-1.0"),
        ("2", "2.1"),
        ("0.5 0.5", "0.5"),
    ],
)
def test_other_numbers_are_named(shell, of_book, printed):
    cell = f"print({printed!r})"
    shell.run_cell(cell)
    same, others = notebook.compare(book(cell, of_book))
    assert (same, [name for name, _ in others]) == (0, [cell])
