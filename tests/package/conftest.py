"""A process of which tests let workers be copies, so that each does not import TensorFlow."""

from collections.abc import Iterator

import pytest

from linear_tutorial.scale_out import cluster, prepare_workers


@pytest.fixture(scope="module")
def one_prepared() -> Iterator[cluster._Prepared]:
    prepared = cluster._Prepared()
    yield prepared
    prepared._process.communicate()


@pytest.fixture
def prepared(
    one_prepared: cluster._Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_prepared", one_prepared)
    prepare_workers()
    assert cluster._prepared is one_prepared
