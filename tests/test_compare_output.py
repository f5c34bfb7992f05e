"""The comparer: what counts as the same output."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare_output import accepted, explain, is_kept, normalized

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r"))
LINES = st.lists(
    st.sampled_from(
        ["loss=0.9327", "W = 4.46, b = -0.40", "epoch 1", "", "True", "(201,)"]
    ),
    max_size=6,
).map("\n".join)


@pytest.mark.parametrize(
    ("promise", "printed"),
    [
        ("0.93", "0.9327"),
        ("0.93", "0.93"),
        ("-1.5", "-1.46"),
        ("1.0e-3", "1.04e-03"),
        ("[-2.   -1.98]", "[-2.   -1.98]"),
        ("loss: ...", "loss: 0.5"),
        ("a\n...\nz", "a\nb\nc\nz"),
        ("... - loss: 0.93", "1/1 - 0s - 16ms/step - loss: 0.9327"),
        ("same", "same  \n\n"),
        ("损失：0.93", "损失：0.9327"),
    ],
)
def test_a_promise_is_kept(promise: str, printed: str):
    assert is_kept(promise, printed)


@pytest.mark.parametrize(
    ("promise", "printed"),
    [
        ("0.94", "0.9327"),
        ("0.9327", "0.93"),
        ("0.90", "0.9e1"),
        ("1.5", "-1.5"),
        ("10 epochs", "11 epochs"),
        ("10", "10.0"),
        ("float32", "float64"),
        ("(201,)", "(202,)"),
        ("a b", "a  b"),
        ("a\nb", "a\n\nb"),
        ("True", "true"),
        ("...x", "..."),
        ("a ... a", "a"),
        ("nan", "0.5"),
        ("0.5", "nan"),
        ("1.2.3", "1.2.4"),
        ("", "something"),
    ],
)
def test_a_promise_is_broken(promise: str, printed: str):
    assert not is_kept(promise, printed)


@given(TEXT)
def test_every_text_keeps_itself(text: str):
    assert is_kept(text, text)


@given(
    st.decimals(-1000, 1000, places=4),
    st.integers(1, 4),
    st.data(),
)
def test_a_changed_digit_within_the_precision_is_caught(
    number: object, places: int, data: st.DataObject
):
    promise = f"loss={float(str(number)):.{places}f}"
    assert is_kept(promise, f"loss={float(str(number)):.9f}")
    place = data.draw(
        st.sampled_from([m.start() for m in re.finditer(r"\d", promise)])
    )
    digit = data.draw(
        st.sampled_from(sorted(set("0123456789") - {promise[place]}))
    )
    changed = promise[:place] + digit + promise[place + 1 :]
    assert not is_kept(changed, f"loss={float(str(number)):.9f}")


@given(LINES, LINES)
def test_what_is_accepted_is_kept_and_stays(promise: str, printed: str):
    text = accepted(promise, printed)
    assert is_kept(text, printed)
    assert accepted(text, printed) == text


@given(TEXT, TEXT)
def test_whatever_was_promised_the_output_can_be_accepted(
    promise: str, printed: str
):
    assert is_kept(accepted(promise, printed), printed)


def test_accepting_leaves_alone_the_lines_that_hold():
    promise = "took ... s\nloss=0.94\nb = 0.40"
    printed = "took 3 s\nloss=0.9327\nb = 0.4013"
    assert accepted(promise, printed) == "took ... s\nloss=0.9327\nb = 0.40"


@given(LINES, LINES)
def test_an_explanation_shows_both_sides(promise: str, printed: str):
    lines = explain(promise, printed).split("\n")
    shown = [line[2:] for line in lines if line[:1] in {" ", "+"}]
    assert "\n".join(shown).rstrip("\n") == normalized(printed)
    if not is_kept(promise, printed):
        assert any(line[:1] in {"-", "+"} for line in lines)
