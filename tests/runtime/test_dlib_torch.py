"""The torch twin: the same numbers as the ONNX file, and gradients down to pixels and into every parameter."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

torch = pytest.importorskip("torch", reason="the extra torch is not installed")

from vultus.errors import InputError, WeightsError  # noqa: E402
from vultus.runtime.dlib_torch import DlibResNet  # noqa: E402
from vultus.runtime.packaged import packaged_file  # noqa: E402


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    """Smooth colour patterns with noise, uint8 (3, 150, 150, 3)."""
    rng = np.random.default_rng(5)
    coarse = rng.uniform(0, 255, (3, 6, 6, 3))
    smooth = np.kron(coarse, np.ones((1, 25, 25, 1)))
    return np.clip(smooth + rng.normal(0, 12, smooth.shape), 0, 255).astype(np.uint8)


def planes(pictures: np.ndarray) -> "torch.Tensor":
    return torch.from_numpy(pictures.transpose(0, 3, 1, 2).astype(np.float32))


def test_twin_equals_the_packaged_file(pictures: np.ndarray) -> None:
    session = onnxruntime.InferenceSession(packaged_file("dlib-resnet29").path, providers=["CPUExecutionProvider"])
    expected = session.run(None, {"images": pictures})[0]
    with torch.no_grad():
        got = DlibResNet()(planes(pictures)).numpy()
    assert np.abs(expected).max() > 0.1
    assert np.abs(got - expected).max() < 1e-4


def test_gradients_reach_the_pixels_and_every_parameter(pictures: np.ndarray) -> None:
    net = DlibResNet()
    pixels = planes(pictures).requires_grad_()
    net(pixels).square().sum().backward()
    assert pixels.grad is not None and (pixels.grad != 0).float().mean() > 0.9
    without = [name for name, p in net.named_parameters() if p.grad is None or not (p.grad != 0).any()]
    assert not without
    assert len(list(net.parameters())) == 2 * (1 + 2 * 14) + 1


def test_gradient_agrees_with_a_finite_difference(pictures: np.ndarray) -> None:
    net = DlibResNet().double()
    pixels = planes(pictures[:1]).double().requires_grad_()
    net(pixels).square().sum().backward()
    direction = pixels.grad / pixels.grad.abs().max()
    step = 1e-3
    with torch.no_grad():
        ahead, behind = (net(pixels + sign * step * direction).square().sum() for sign in (1, -1))
    assert torch.isclose((pixels.grad * direction).sum(), (ahead - behind) / (2 * step), rtol=1e-2)


def test_two_twins_do_not_share_weights() -> None:
    one, two = DlibResNet(), DlibResNet()
    with torch.no_grad():
        one.projection.zero_()
    assert two.projection.abs().sum() > 0


@pytest.mark.parametrize("shape", [(1, 150, 150, 3), (3, 150, 150), (1, 3, 149, 150)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="pixels"):
        DlibResNet()(torch.zeros(shape))
    with pytest.raises(InputError, match="uint8"):
        DlibResNet()(torch.zeros((1, 3, 150, 150), dtype=torch.uint8))


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="cannot be read"):
        DlibResNet(tmp_path / "none.onnx")
    (tmp_path / "bad.onnx").write_bytes(b"\xff" * 50)
    with pytest.raises(WeightsError, match="not an ONNX file"):
        DlibResNet(tmp_path / "bad.onnx")
    with pytest.raises(WeightsError, match="has no"):
        DlibResNet(packaged_file("mtcnn-pnet").path)
