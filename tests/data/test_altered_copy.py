"""An altered copy is another picture of the same size."""

import numpy as np

from vultus.data.altered_copy import altered


def test_an_altered_copy_differs_and_keeps_its_size():
    picture = np.tile(np.arange(64, dtype=np.uint8)[None, :, None], (64, 1, 3))
    copy = altered(picture)
    assert copy.shape == picture.shape and np.abs(copy.astype(int) - picture).mean() > 5
