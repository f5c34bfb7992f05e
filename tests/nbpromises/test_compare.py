"""The comparer: what counts as the same output."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbpromises.promises.compare import (
    accepted,
    explain,
    hint,
    is_kept,
    normalized,
)

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
        ("a\n...\nz", "a\nb\nc\nz"),
        ("... - loss: 0.93", "1/1 - 0s - 16ms/step - loss: 0.9327"),
        ("same", "same  \n\n"),
        ("损失：0.93", "损失：0.9327"),
        ("90.0%", "89.96%"),
        ("{'w': 3.1, 'b': (1.8, 2)}", "{'w': 3.119, 'b': (1.823, 2)}"),
        ("[[1.50 2.]\n [3.25 4.]]", "[[1.501 2.]\n [3.251 4.]]"),
        ("tf.Tensor(10.36, shape=(), dtype=float32)",) * 2,
        ("tf.Tensor(10.36, shape=()", "tf.Tensor(10.360888, shape=()"),
        ("nan inf -inf",) * 2,
        ("done", "1/2\r2/2\rdone"),
        ("done2", "1/2 2\rdone"),
        ("red", "\x1b[31mred\x1b[0m"),
        ("a\nb", "a\r\nb\r\n"),
        ("-0.0", "-0.04"),
        ("took ...", "took 0.35 s"),
        ("... ms/step", "27.5 ms/step"),
        ("step ... of 10", "step 3 of 10"),
        ("0.93", "0.9250000001"),
        ("1.00e+05", "1.0000001e+05"),
        ("first ... 0.5", "first ... 0.5"),
        ("took ...", "took 5.5h"),
        ("took ...", "took 2.5 minutes"),
        ("took ...", "took 2.5 Seconds"),
        ("took ..., 3 left", "took 2.5 min, 3 left"),
        ("took ... 16 steps", "took 0.5s 16 steps"),
        ("took ..., 3 left", "took 2.5 s, 3 left"),
        ("took ...", "took 3e-05 s"),
        ("name: ...", "name: infinite nanny"),
        ("at ...", "at /tmp/tmp0w/tmp1mfzf94j"),
        ("... of 7", "3 of 7"),
        ("0.93...", "0.9327"),
        ("done", "done1\b "),
        ("run ...", "run 7e12b3a4-4e99-4a6b-8c1d-668e46850a1b"),
        ("at ...", "at 7e12f3a"),
        ("HEAD is at ...", "HEAD is at 7e12f3a."),
        ("took ...", "took 0:00:00.000038"),
        ("done ...", "done 3/3, 5.25it/s, 1.5s/it"),
        (
            "3/3 [..., loss=0.17]",
            "3/3 [00:00<00:00, 2863.66batch/s, loss=0.17]",
        ),
        ("1.0M/1.0M [...]", "1.0M/1.0M [00:00<?, 1.20MB/s]"),
        ("took ...", "took 0.3s-0.5s"),
        ("用时 ... 秒", "用时 0.24 秒"),
        ("用时 ... 毫秒后结束", "用时 0.24 毫秒后结束"),
        ("... files", "Loaded in 1.2 seconds: 3 files"),
        ("took ...", "took 1.5 minutes 3.2 seconds"),
        ("took ...", "took 5m"),
        ("took ... ago", "took 3.1 sec 40 ms ago"),
        ("5it [...]", "5it [00:01, 4.99batch/s]"),
        ("loss\t0.5", "\x1b[1mloss\x1b[0m\t0.5"),
        ("run ...", "run 7E12B3A4-4E99-4A6B-8C1D-668E46850A1B"),
        ("okogressx10", "progress 10\rok\tx"),
        ("red", "\x1b[38:5:12mred\x1b[0m"),
        ("took ... per loop", "took 20.3 usec per loop"),
        ("model ...", "model Llama-7B, Table 1B"),
        ("12k/60k [...]", "12k/60k [00:00<00:00, 2.1kB/s]"),
        ("... done", "12k/60k done"),
        ("3/3 done", "1/3\b\b\b2/3\r3/3\x1b[K done"),
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
        ("0.93", "0.935001"),
        ("0.93", "0.9249"),
        ("90.0%", "90.06%"),
        ("90.0%", "90.0"),
        ("[1.5 2.]", "[1.5 3.]"),
        ("nan", "inf"),
        ("inf", "-inf"),
        ("0.0", "-0.0"),
        ("1.5", "１.５"),
        ("１.５", "1.5"),
        ("v0.9", "v0.8"),
        ("1.0", "1e999999"),
        ("loss: ...", "loss: 0.5"),
        ("loss: ...", "loss: nan"),
        ("mean ... min 0.12", "mean 0.93 min 0.12"),
        ("loss ... ms 12", "loss 0.93 ms 12"),
        ("损失 ... 秒 12", "损失 0.93 秒 12"),
        ("mean ... s 0.20", "mean 0.93 s 0.20"),
        ("w ... h 2.50", "w 3.50 h 2.50"),
        ("loss ... min [0.12]", "loss 0.93 min [0.12]"),
        ("best ... min nan", "best 0.5 min nan"),
        ("W = ...", "W = 5."),
        ("best ... second 0.88", "best 0.63 second 0.88"),
        ("W ... hour 3", "W 4.47 hour 3"),
        ("best ... second-best 0.91", "best 0.93 second-best 0.91"),
        ("v = ...", "v = 3.5 m/s"),
        ("right: ...", "right: 93 percent"),
        ("1: ... 0.02", "1: 0.3 s, mean 0.93 s.d. 0.02"),
        ("mean ... min -inf", "mean 0.93 min -inf"),
        ("mean ... min \N{MINUS SIGN}0.5", "mean 0.93 min \N{MINUS SIGN}0.5"),
        ("speed-up: ...", "speed-up: 3×"),
        ("n = ...", "n = ∞"),
        ("n = ...", "n = 5E\N{MINUS SIGN}3"),
        ("n = ...", "n = 4e99"),
        ("... epochs", "0.93, 10 epochs"),
        ("a\n...\nz", "a\nloss 1e-3\nz"),
        ("first ... 0.5", "first 0.7 0.5"),
        ("ab", "a\rb"),
        ("speed-up: ...", "speed-up: 3.2x"),
        ("... ok", "NaN ok"),
        ("... ok", "Infinity ok"),
        ("... ok", "-Inf ok"),
        ("n ...", "n 1_000.5"),
        ("v ...", "v 0.5m"),
        ("v ...", "v 0.5j"),
        ("v ...", "v 5j"),
        ("v ...", "v (1+2j)"),
        ("v ...", "v 0.5W"),
        ("v ...", "v 1.5.2"),
        ("v ...", "v 0x1.8p3"),
        ("v ...", "v １.５"),
        ("v ...", "v 97%"),
        ("G = ...", "G = 2.7 S"),
        ("L = ...", "L = 3.3 H"),
        ("price ...$", "price 12.5 US$"),
        ("rate ...", "rate 2.5 s^-1"),
        ("rate ...", "rate 2.5 s⁻¹"),
        ("v ...", "v 97 %"),
        ("v ...", "v 97‰"),
        ("n = ...", "n = 12k"),
        ("size: ...", "size: 4GB"),
        ("speed: ...", "speed: 12k/s"),
        ("gain: ...", "gain: 10dB, of 2"),
        ("v ...", "v ½"),
        ("v ...", "v 3·10⁵"),
        ("v ...", "v 3 x 10^-5"),
        ("v ...", "v 97 ‰"),
        ("v ...", "v [1. 2.]"),
        ("v ...", "v 1E-7"),
        ("v ...", "v 1.e-07"),
        ("v = [...]", "v = [7.]"),
        ("v=..., b", "v=2., b"),
        ("v ...%", "v 97%"),
        ("v ...", "v .5"),
        ("took ..., loss ...", "took 0.3 s, loss 0.5"),
        ("0.93...", "0.9373"),
        ("1.5 2.5", "2.5 1.5"),
    ],
)
def test_a_promise_is_broken(promise: str, printed: str):
    assert not is_kept(promise, printed)


@given(TEXT)
def test_every_text_keeps_itself(text: str):
    assert is_kept(text, text)


@given(st.integers(-7000, 7000), st.integers(1, 4), st.data())
def test_a_changed_digit_within_the_precision_is_caught(
    sevenths: int, places: int, data: st.DataObject
):
    number = (
        sevenths + 1 / 3
    ) / 7  # which lies halfway between no two promises
    promise, printed = f"loss={number:.{places}f}", f"loss={number:.9f}"
    assert is_kept(promise, printed)
    place = data.draw(
        st.sampled_from([m.start() for m in re.finditer(r"\d", promise)])
    )
    digit = data.draw(
        st.sampled_from(sorted(set("0123456789") - {promise[place]}))
    )
    changed = promise[:place] + digit + promise[place + 1 :]
    assert not is_kept(changed, printed)


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


@pytest.mark.parametrize(
    ("promise", "printed", "name"),
    [
        ("took …", "took 3", "HORIZONTAL ELLIPSIS"),
        ("\N{MINUS SIGN}2", "-2", "MINUS SIGN"),
        ("it\N{RIGHT SINGLE QUOTATION MARK}s", "it's", "QUOTATION MARK"),
        ("a\N{NON-BREAKING HYPHEN}b", "a-b", "NON-BREAKING HYPHEN"),
        ("ok\N{VARIATION SELECTOR-16}", "ok", "VARIATION SELECTOR-16"),
        ("it\N{RIGHT SINGLE QUOTATION MARK}s ...", "it's so", "QUOTATION MARK"),
    ],
)
def test_a_character_that_was_put_in_the_place_of_another_is_named(
    promise: str, printed: str, name: str
):
    assert hint(promise, printed).count("U+") == 1
    assert name in hint(promise, printed)
    assert not is_kept(promise, printed)


def test_long_outputs_are_compared_in_reasonable_time():
    lines = [f"step {k}: loss={1 / (k + 1):.6f}" for k in range(8_000)]
    printed = "\n".join(lines)
    assert is_kept(printed, printed)
    broken = "\n".join([*lines[:4_000], "new", *lines[4_001:]])
    start = time.process_time()
    assert not is_kept(broken, printed)
    assert "- new\n+ step 4000" in explain(broken, printed)
    shorter = "\n".join(lines[:6_000])
    assert is_kept(accepted(shorter, printed), printed)
    assert time.process_time() - start < 20


def test_a_long_output_with_a_line_more_is_explained_at_once():
    promise = "loss=0.123456\n" * 20_000
    start = time.process_time()
    assert explain(promise, promise + "done").endswith("+ done")
    assert time.process_time() - start < 20


def test_a_number_of_many_digits_is_compared_at_once():
    start = time.process_time()
    assert is_kept("...", "7" * 40_000)
    assert time.process_time() - start < 20


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
