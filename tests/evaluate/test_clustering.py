import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics.cluster import pair_confusion_matrix

from vultus.errors import InputError
from vultus.evaluate.clustering import bcubed, pairwise

LABELS = st.integers(1, 20).flatmap(lambda n: st.tuples(*[st.lists(st.integers(0, 4), min_size=n, max_size=n)] * 2))


@given(LABELS)
def test_bcubed_equals_a_slow_loop(labels):
    clusters, people = map(np.array, labels)
    precisions, recalls = [], []
    for i in range(len(people)):
        same_cluster, same_person = clusters == clusters[i], people == people[i]
        precisions.append((same_cluster & same_person).sum() / same_cluster.sum())
        recalls.append((same_cluster & same_person).sum() / same_person.sum())
    result = bcubed(clusters, people)
    assert (result.precision, result.recall) == pytest.approx((np.mean(precisions), np.mean(recalls)))


@given(LABELS)
def test_pairwise_agrees_with_scikit_learn(labels):
    clusters, people = map(np.array, labels)
    (_, false_together), (missed, together) = pair_confusion_matrix(people, clusters)
    result = pairwise(clusters, people)
    assert result.precision == pytest.approx(together / (together + false_together) if together + false_together else 1)
    assert result.recall == pytest.approx(together / (together + missed) if together + missed else 1)


def test_known_case_and_bad_input():
    assert bcubed(np.array([0, 0, 1]), np.array(["a", "a", "b"])).f1 == 1
    assert bcubed(np.array([0, 0, 0, 0]), np.array([0, 0, 0, 1])).precision == pytest.approx((3 * 0.75 + 0.25) / 4)
    with pytest.raises(InputError):
        bcubed(np.array([]), np.array([]))
