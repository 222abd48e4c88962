"""Each cause of movement against what it promises."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from vultus.errors import InputError
from vultus.people.expressions import expression
from vultus.people.sampling import draw_identity
from vultus.people.scene import Camera, Pose, Scene
from vultus.people.sequences import Blinks, Emotion, Handheld, Pulse, Sequence, Talking, Turn
from vultus.people.sequences.blinks import CLOSED, CLOSING, DURATION, lid
from vultus.people.sequences.timing import heart_wave, minimum_jerk

SCENE = Scene(draw_identity(1), pose=Pose(-5, 2, 1), camera=Camera(width=320, height=240))


def peak(values: list[float], fps: float) -> float:
    """Frequency of the strongest line, per minute."""
    power = np.abs(np.fft.rfft(np.array(values) - np.mean(values))) ** 2
    return float(np.fft.rfftfreq(len(values), 1 / fps)[int(power.argmax())] * 60)


@pytest.mark.parametrize("rate", [48.0, 66.0, 75.0, 110.0])
def test_the_pulse_has_its_line_at_the_known_rate(rate: float) -> None:
    values = [scene.pulse for scene in Sequence(SCENE, (Pulse(rate),), fps=30, seconds=40)]
    assert peak(values, 30) == pytest.approx(rate, abs=1.5)
    assert 0.9 < max(np.abs(values)) <= 1 and abs(np.mean(values)) < 0.02


def test_a_pulse_that_follows_breath_keeps_its_mean_rate_and_is_less_sharp() -> None:
    steady, breathing = Pulse(72.0), Pulse(72.0, swing=0.2)
    assert breathing.beats(60.0) - breathing.beats(0.0) == pytest.approx(72, abs=0.3)
    spectra = [np.abs(np.fft.rfft([track(SCENE, i / 30).pulse for i in range(1800)])) ** 2 for track in (steady, breathing)]
    assert spectra[1][1:].max() < 0.8 * spectra[0][1:].max()


def test_the_heart_wave_has_a_dicrotic_wave_and_no_mean() -> None:
    wave = np.array([heart_wave(i / 400) for i in range(400)])
    assert abs(wave.mean()) < 1e-3 and np.abs(wave).max() == pytest.approx(0.5, abs=1e-3)
    assert heart_wave(1.0) == pytest.approx(heart_wave(0.0))
    slope = np.diff(np.append(wave, wave[0]))
    bend = np.diff(np.append(slope, slope[0]))
    falling = slice(int(np.argmax(wave)), int(np.argmax(wave)) + 200)
    assert int(np.argmax(wave)) < 120 and (bend[falling] < 0).any() and (bend[falling] > 0).any()
    assert np.sum(np.diff(np.sign(bend[falling])) != 0) >= 2  # the way down bends twice: the dicrotic wave


def blink_count(scenes: list[Scene]) -> int:
    closed = np.array([scene.blink > 0.5 for scene in scenes])
    return int(closed[0]) + int(np.sum(closed[1:] & ~closed[:-1]))


@pytest.mark.parametrize("rate", [6, 15, 30])
def test_there_are_as_many_blinks_as_the_rate_says(rate: int) -> None:
    track = Blinks(rate, seed=3)
    scenes = list(Sequence(SCENE, (track,), fps=50, seconds=60))
    assert blink_count(scenes) == rate == len(track.times(60.0))
    gaps = np.diff(track.times(60.0))
    assert gaps.std() > 0.15 * gaps.mean() and gaps.min() > DURATION - 1e-9


def test_a_lid_closes_faster_than_it_opens_and_is_open_between_blinks() -> None:
    assert lid(0) == 0 and lid(CLOSING) == 1 and lid(CLOSING + CLOSED) == 1 and lid(DURATION) == pytest.approx(0)



    assert lid(CLOSING / 2) == 0.5
    track = Blinks(15, seed=3)
    start = track.times(10.0)[1]
    assert track(SCENE, start - 0.01) is SCENE and track(SCENE, start + CLOSING).blink == 1.0
    assert Blinks(15, seed=3, depth=0.4)(SCENE, start + CLOSING).blink == pytest.approx(0.4)


def test_a_turn_reaches_its_target_smoothly_and_comes_back() -> None:
    turn = Turn(yaw=40, start=0.5, seconds=1.0, back=2.0)
    yaw = np.array([turn(SCENE, t).pose.yaw for t in np.arange(0, 4, 0.01)])
    assert yaw[0] == yaw[50] == -5 and yaw[150] == pytest.approx(40) and yaw[100] == pytest.approx(17.5) and yaw[-1] == -5
    assert (np.diff(yaw[50:151]) >= 0).all() and np.abs(np.diff(yaw[:200])).argmax() in range(95, 105)
    assert np.abs(np.diff(yaw)).max() / 0.01 == pytest.approx(1.875 * 45, rel=0.01)  # peak speed of minimum jerk: 15/8 of the mean
    assert turn(SCENE, 1.2).pose.pitch == 2 and turn(SCENE, 1.2).pose.roll == 1
    assert Turn(yaw=40)(SCENE, 99.0).pose.yaw == pytest.approx(40)


def test_minimum_jerk_starts_and_ends_at_rest() -> None:
    h = 1e-4
    assert minimum_jerk(-1) == 0 and minimum_jerk(2) == 1 and minimum_jerk(0.5) == 0.5
    assert minimum_jerk(h) / h < 1e-6 and (minimum_jerk(2 * h) - 2 * minimum_jerk(h)) / h**2 < 1e-2


def test_an_expression_comes_stays_and_goes() -> None:
    track = Emotion("smile", 0.8, start=1.0, onset=0.5, apex=1.0, offset=0.5)
    amounts = [track(SCENE, t).actions.get("mouthSmileLeft", 0.0) for t in (0.9, 1.25, 1.5, 2.4, 2.75, 3.1)]
    full = expression("smile", 0.8)["mouthSmileLeft"]
    assert amounts[0] == amounts[5] == 0 and amounts[1] == pytest.approx(full / 2) and amounts[2] == amounts[3] == pytest.approx(full)
    assert amounts[4] == pytest.approx(full / 2) and track(SCENE, 0.5) is SCENE


def test_a_held_camera_shakes_by_the_amount_asked_for_with_power_that_falls_with_frequency() -> None:
    track = Handheld(0.01, seed=2, slope=1.5)
    y = np.array([track.shift(t / 50)[0][1] for t in range(50 * 120)])
    assert y.std() == pytest.approx(0.01, rel=0.15)
    power, frequency = np.abs(np.fft.rfft(y * np.hanning(len(y)))) ** 2, np.fft.rfftfreq(len(y), 1 / 50)
    bands = [power[(frequency >= low) & (frequency < 2 * low)].sum() for low in (0.3, 0.6, 1.2, 2.4, 4.8)]
    slope = np.polyfit(np.arange(5), np.log2(bands), 1)[0]
    assert -1.0 < slope < -0.1  # an octave of a 1/f**1.5 spectrum holds 2**-0.5 of the power of the one below


def test_the_speed_of_the_shake_is_its_derivative_and_blurs() -> None:
    track = Handheld(0.02, seed=5)
    (x, y), (vx, vy) = track.shift(1.7)
    later = track.shift(1.7 + 1e-6)[0]
    assert (later[0] - x) / 1e-6 == pytest.approx(vx, rel=1e-3) and (later[1] - y) / 1e-6 == pytest.approx(vy, rel=1e-3)
    camera = track(SCENE, 1.7).camera
    assert camera.motion_px == pytest.approx(math.hypot(vx, vy) / 60 * 240) and 0 <= camera.motion_deg < 180
    assert camera.centre[1] == SCENE.camera.centre[1] + y and Handheld(0.02, seed=5, shutter=0)(SCENE, 1.7).camera.motion_px == 0


def test_talking_opens_and_closes_the_mouth_about_as_often_as_syllables_are_spoken() -> None:
    scenes = list(Sequence(SCENE, (Talking(seed=4, syllables=4.0),), fps=50, seconds=12))
    jaw = np.array([scene.actions.get("jawOpen", 0.0) for scene in scenes])
    assert 0.2 < jaw.max() <= 0.6 and (jaw < 0.02).mean() > 0.1
    peaks = np.sum((jaw[1:-1] > jaw[:-2]) & (jaw[1:-1] >= jaw[2:]) & (jaw[1:-1] > 0.05))
    assert 25 <= peaks <= 50
    assert np.abs(np.diff(jaw)).max() < 0.15  # moves, does not jump
    assert Talking(seed=4)(SCENE, 1.0).actions != Talking(seed=5)(SCENE, 1.0).actions


def test_talking_starts_and_stops() -> None:
    track = Talking(start=1.0, stop=2.0)
    assert track(SCENE, 0.9) is SCENE and track(SCENE, 2.0) is SCENE and sum(track(SCENE, 1.999).actions.values()) < 0.02


def test_actions_add_up_to_one_at_most() -> None:
    scene = replace(SCENE, actions={"mouthSmileLeft": 0.9})
    assert Emotion("happiness")(scene, 1.0).actions["mouthSmileLeft"] == 1.0


@pytest.mark.parametrize(("make", "words"), [
    (lambda: Pulse(500), "per_minute"), (lambda: Pulse(amplitude=2), "amplitude"), (lambda: Pulse(swing=0.9), "swing"),
    (lambda: Blinks(0), "per_minute"), (lambda: Blinks(depth=-1), "depth"), (lambda: Turn(seconds=0), "seconds"),
    (lambda: Turn(seconds=2, back=1), "back"), (lambda: Emotion("smil"), "smile"), (lambda: Emotion("smile", onset=0), "onset"),
    (lambda: Handheld(0.5), "amount"), (lambda: Handheld(slope=9), "slope"), (lambda: Talking(syllables=0), "syllables"),
    (lambda: Talking(start=2, stop=1), "stop")])
def test_wrong_settings_are_named(make, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match=words):
        make()
