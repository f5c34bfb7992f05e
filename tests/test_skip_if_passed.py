"""A test that takes long is skipped only when it has passed with the same files."""

import pytest

TEST = """
    import os
    import pytest

    @pytest.fixture
    def broken_later():
        yield
        assert "BREAK_LATER" not in os.environ

    def test_it(broken_later, request, skip_if_passed):
        table = request.path.with_name("table.csv")
        skip_if_passed(table, browser=os.environ.get("BROWSER"))
        assert "FAIL" not in os.environ
        if "SKIP" in os.environ:
            pytest.skip("not here")
    """


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """Make a project with one test."""
    pytester.makepyfile(TEST)
    pytester.makeconftest("")
    for name in "requirements.txt", "table.csv":
        pytester.path.joinpath(name).touch()
    return pytester


def outcomes(project: pytest.Pytester, **environment: str) -> dict[str, int]:
    """Run the test, and count what came of it."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        return project.runpytest("-p", "skip_if_passed").parseoutcomes()


def test_what_has_passed_is_skipped_until_something_changes(
    project: pytest.Pytester,
):
    assert outcomes(project) == {"passed": 1}
    assert outcomes(project) == {"skipped": 1}
    for path in project.path.glob("[!.]*.*"):
        path.write_text(path.read_text() + "\n")
        assert outcomes(project) == {"passed": 1}, path.name
        assert outcomes(project) == {"skipped": 1}, path.name
    assert outcomes(project, BROWSER="new") == {"passed": 1}
    assert outcomes(project, BROWSER="new") == {"skipped": 1}


@pytest.mark.parametrize("cause", ["FAIL", "BREAK_LATER", "SKIP"])
def test_what_did_not_pass_runs_again(project: pytest.Pytester, cause: str):
    for _ in range(2):
        came = outcomes(project, **{cause: "1"})
        assert came.get("skipped") == (1 if cause == "SKIP" else None)
    assert outcomes(project) == {"passed": 1}
