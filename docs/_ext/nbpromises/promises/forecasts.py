"""The directive `{forecast}`: a question that readers answer before they see the result.

The source marks the right answer, and a cell of the page glues its number: an answer that the run does
not confirm is a broken promise. The content is the question, a list of answers and an explanation, in
this order. All are ordinary paragraphs and list items, which reach the translators.

HTML has a radio button for each answer. The style sheet hides the explanation until one is chosen; no
script is needed. Other formats show the question, the list and the explanation.
"""

import os
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from textwrap import shorten
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import OptionSpec
from sphinx.writers.html5 import HTML5Translator

from ..cells import Fence
from .report import Edit, Result

STATIC = Path(__file__).parents[1] / "static"
WORDS = {
    "title": "Forecast",
    "right": "right",
    "wrong": "not this one",
    "answer": "Answer",
}


class Forecast(nodes.container):
    """A question with answers and an explanation, or what stands in a block that lacks one of them.

    `key` is that of the glued value, `answer` is what the source says, `group` is the name of the
    buttons; `fault` says what is wrong with the content.
    """


class ForecastQuestion(nodes.container):
    """What stands before the answers."""


class ForecastAnswer(nodes.list_item):
    """One of the answers."""


class ForecastWords(nodes.paragraph):
    """The words of an answer, which label its button."""


class ForecastExplanation(nodes.container):
    """What stands behind the answers."""


class ForecastDirective(SphinxDirective):
    """Ask what the run will show; the argument is the key of a glued value, the right answer's number."""

    has_content = True
    # `check_forecasts` reports what is missing, because only that fails every build.
    optional_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[OptionSpec] = {"answer": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Build the nodes; `CheckPromises` compares the answer with the run."""
        content = self.parse_content_to_nodes()
        forecast = Forecast(
            key=" ".join(self.arguments),
            answer=self.options.get("answer", ""),
            group=f"forecast-{self.env.new_serialno('forecast')}",
            classes=["forecast"],
        )
        self.set_source_info(forecast)
        before = list(takewhile(lambda node: not _is_list(node), content))
        answers, after = content[len(before) :][:1], content[len(before) + 1 :]
        forecast["fault"] = _fault(before, answers, after)
        if forecast["fault"]:
            forecast += content
        else:
            question = ForecastQuestion("", *before)
            question["ids"] = [f"{forecast['group']}-question"]
            explanation = ForecastExplanation("", *after)
            forecast += [question, _with_buttons(answers[0], forecast)]
            forecast += explanation
        return [forecast]


def _is_list(node: nodes.Node) -> bool:
    return isinstance(node, nodes.bullet_list | nodes.enumerated_list)


def _fault(
    question: list[nodes.Node],
    lists: list[nodes.Element],
    explanation: list[nodes.Node],
) -> str:
    """Return what a forecast lacks, or ""."""
    if not lists:
        return "a {forecast} needs a list of answers, but has none"
    (answers,) = lists
    if any(map(_is_list, explanation)):
        return "a {forecast} needs one list, its answers, but has more"
    if not question:
        return "a {forecast} needs a question before its answers"
    if len(answers) < 2:
        return (
            f"a {{forecast}} needs at least two answers, but has {len(answers)}"
        )
    if answers.get("start", 1) != 1:
        return f"the answers of a {{forecast}} must be numbered from 1, but begin with {answers['start']}"
    for answer in answers:
        if [type(child) for child in answer] != [nodes.paragraph]:
            words = shorten(answer.astext(), 40)
            return f"an answer must be one paragraph, but this is not: {words}"
    if not explanation:
        return "a {forecast} needs an explanation behind its answers"
    return ""


def _with_buttons(answers: nodes.Element, forecast: Forecast) -> nodes.Element:
    """Replace the items of a list, and their paragraphs, by nodes that are written with buttons."""
    for number, item in enumerate(answers.children, start=1):
        (old,) = item
        words = ForecastWords(old.rawsource, "", *old, **old.attributes)
        words.source, words.line = old.source, old.line
        answer = ForecastAnswer("", words, group=forecast["group"])
        answer["number"] = number
        right = str(number) == forecast["answer"]
        answer["verdict"] = "right" if right else "wrong"
        answers[number - 1] = answer
    answers["classes"].append("forecast-answers")
    return answers


def offered(node: nodes.Node) -> str:
    """Return all answers of the forecast to whose question or answers a node belongs, or ""."""
    while node and not isinstance(node, Forecast | ForecastExplanation):
        node = node.parent
    if not isinstance(node, Forecast):
        return ""
    return "\n".join(words.astext() for words in node.findall(ForecastWords))


def check_forecasts(
    forecasts: list[Forecast],
    glued: dict[str, str],
    blocks: list[Fence],
    path: Path,
) -> Iterator[Result]:
    """Compare what forecasts say with the glued values of the page; `path` is that of its source."""
    block_at = {block.first: block for block in blocks}
    for forecast in forecasts:
        value = glued.get(forecast["key"])
        failure = _failure(forecast, value)
        if forecast.source != str(path):
            # The lines of an included file are not those of the page.
            name = os.path.relpath(forecast.source, path.parent)
            place = f" ({name}:{forecast.line})" if failure else ""
            yield Result(1, failure + place)
            continue
        remedy = None
        # In a list or a quote, something stands before each line.
        at_top = isinstance(forecast.parent, nodes.document | nodes.section)
        if value in _numbers(forecast) and failure and at_top:
            remedy = _edit(block_at.get(forecast.line), value)
        yield Result(forecast.line, failure, remedy)


def _failure(forecast: Forecast, value: str | None) -> str:
    """Return what is wrong with a forecast whose glued value is this, or ""."""
    key, answer = forecast["key"], forecast["answer"]
    numbers = _numbers(forecast)
    if forecast["fault"]:
        return str(forecast["fault"])
    if not key:
        return "a {forecast} needs the key of a glued value, the number of its right answer"
    if value is None:
        return f"no cell of this page glues {key!r}, the number of the right answer"
    choice = f"the number of an answer, 1 to {len(numbers)}"
    if value not in numbers:
        given = shorten(value, 40)
        hint = "; glue int(...) of it" if given.startswith("np.") else ""
        return (
            f"the value glued as {key!r} must be {choice}, but is {given}{hint}"
        )
    if answer not in numbers:
        return f":answer: must be {choice}, but is {answer or 'missing'}"
    if value != answer:
        run, source = numbers[value], numbers[answer]
        return f"the run says answer {value} ({run}), but the source {answer} ({source})"
    return ""


def _numbers(forecast: Forecast) -> dict[str, str]:
    """Return the answers by their numbers, as the source and the run write them."""
    words = forecast.findall(ForecastWords)
    return {
        str(number): shorten(each.astext(), 40)
        for number, each in enumerate(words, start=1)
    }


def _edit(block: Fence | None, answer: str) -> Edit | None:
    """Return the edit that marks an answer in the source as the right one."""
    lines = block.content.split("\n") if block else []
    for number, line in enumerate(lines, start=1):
        if block and line.startswith(":answer:"):
            place = block.first + number
            return Edit(place, place + 1, f":answer: {answer}\n")
    return None


def visit_forecast(translator: HTML5Translator, node: nodes.Element) -> None:
    attributes = {
        "role": "group",
        "aria-labelledby": f"{node['group']}-question",
        "data-title": _words(translator)["title"],
    }
    translator.body.append(translator.starttag(node, "div", **attributes))


def visit_question(translator: HTML5Translator, node: nodes.Element) -> None:
    tag = translator.starttag(node, "div", CLASS="forecast-question")
    translator.body.append(tag)


def visit_explanation(translator: HTML5Translator, node: nodes.Element) -> None:
    name = {"role": "group", "aria-label": _words(translator)["answer"]}
    tag = translator.starttag(node, "div", CLASS="forecast-explanation", **name)
    translator.body.append(tag)


def depart_part(translator: HTML5Translator, node: nodes.Element) -> None:
    translator.body.append("</div>\n")


def visit_answer(translator: HTML5Translator, node: nodes.Element) -> None:
    item = translator.starttag(node, "li", CLASS=f"forecast-{node['verdict']}")
    button = {"type": "radio", "name": node["group"], "ids": [_button(node)]}
    tag = translator.emptytag(nodes.inline(), "input", **button)
    translator.body += [item, tag]


def depart_answer(translator: HTML5Translator, node: nodes.Element) -> None:
    # Empty, so that neither the search nor a notebook has its words: the style sheet shows them.
    verdict = {
        "role": "status",
        "data-verdict": _words(translator)[node["verdict"]],
    }
    attributes = {"CLASS": "forecast-verdict", **verdict}
    tag = translator.starttag(nodes.inline(), "span", "", **attributes)
    translator.body.append(f"{tag}</span></li>\n")


def visit_words(translator: HTML5Translator, node: nodes.Element) -> None:
    # A paragraph in a label is no valid HTML; the other way around, side by side can add a second one.
    label = {"for": _button(node.parent)}
    translator.body.append(translator.starttag(node, "p", ""))
    translator.body.append(
        translator.starttag(nodes.inline(), "label", "", **label)
    )


def depart_words(translator: HTML5Translator, node: nodes.Element) -> None:
    translator.body.append("</label></p>\n")


def _button(answer: nodes.Element) -> str:
    return f"{answer['group']}-{answer['number']}"


def _words(translator: HTML5Translator) -> dict[str, str]:
    words: dict[str, str] = translator.config.nbpromises_forecast_words
    return WORDS | words


def add_static_folder(app: Sphinx, config: Config) -> None:
    """Let Sphinx copy the style sheet."""
    # Relative, because Sphinx writes a digest of these settings into the site.
    config.html_static_path.append(os.path.relpath(STATIC, app.confdir))


def setup(app: Sphinx) -> None:
    app.add_config_value("nbpromises_forecast_words", WORDS, "html", dict)
    app.add_directive("forecast", ForecastDirective)
    app.add_node(Forecast, html=(visit_forecast, depart_part))
    app.add_node(ForecastQuestion, html=(visit_question, depart_part))
    app.add_node(ForecastAnswer, html=(visit_answer, depart_answer))
    app.add_node(ForecastWords, html=(visit_words, depart_words))
    app.add_node(ForecastExplanation, html=(visit_explanation, depart_part))
    app.connect("config-inited", add_static_folder)
    app.add_css_file("forecast.css")
