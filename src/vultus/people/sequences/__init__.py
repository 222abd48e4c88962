"""Moving pictures of virtual people: tracks that are pure functions of time, sequences of scenes, and clips with labels."""

from vultus.people.sequences.blinks import Blinks
from vultus.people.sequences.clip import write_clip
from vultus.people.sequences.emotion import Emotion
from vultus.people.sequences.handheld import Handheld
from vultus.people.sequences.pulse import Pulse
from vultus.people.sequences.sequence import Sequence
from vultus.people.sequences.talking import Talking
from vultus.people.sequences.track import Track
from vultus.people.sequences.turn import Turn

__all__ = ["Blinks", "Emotion", "Handheld", "Pulse", "Sequence", "Talking", "Track", "Turn", "write_clip"]
