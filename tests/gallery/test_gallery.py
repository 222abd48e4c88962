from __future__ import annotations

import threading
from importlib import resources

import numpy as np
import pytest

from vultus.errors import InputError, PolicyError, SpaceError, StorageError, UnknownNameError
from vultus.gallery import Gallery, Source
from vultus.gallery.source import RENDER_MARK
from vultus.types import Decision, Embeddings


class Rule:
    """A rule that says what it was asked: the size of the gallery and the similarity."""

    target_fpir, basis = 0.05, "measured"

    def __init__(self, size: int) -> None:
        self.size = size

    def decide(self, similarity: float) -> Decision:
        outcome = "match" if similarity >= 0.7 else "no_match" if similarity < 0.5 else "undecided"
        reason = "between" if outcome == "undecided" else ""
        return Decision(outcome, similarity, 0.7, 0.5, None, None, "points", reason, "points/sphere")

    def at_score(self, similarity: float) -> tuple[float, float] | None:
        return (0.001 * self.size, 0.01 * self.size) if similarity < 2 else None


def test_enrolled_people_are_found_again_after_reopening(tmp_path, keys, templates):
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        for person in range(5):
            done = gallery.enrol(f"person {person}", templates(person, 3))
            assert (done.added, done.skipped, done.created) == (3, 0, True)
    with Gallery.open(tmp_path / "g", keys=keys, create=False) as gallery:
        assert [(person.name, person.templates) for person in gallery.people()] == [(f"person {i}", 3) for i in range(5)]
        for person in range(5):
            hits = gallery.search(templates(person, 2, first=50), k=2)
            assert [found[0].name for found in hits] == [f"person {person}"] * 2
        assert gallery.verify_log().intact
        info = gallery.info()
        assert (info.people, info.faces, info.templates, info.dimension, info.audit_entries) == (5, 15, 15, 32, 6)


def test_search_equals_a_slow_loop(tmp_path, keys, templates):
    rows = {f"p{person}": templates(person, 1 + person % 4, spread=3) for person in range(12)}
    probes = np.concatenate([templates(person, 1, first=9, spread=3).vectors for person in range(6)])
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        for name, embeddings in rows.items():
            gallery.enrol(name, embeddings)
        found = gallery.search(Embeddings(probes, "points/sphere"), k=12)
    for probe, hits in zip(probes, found, strict=True):
        best = {name: max(sum(a * b for a, b in zip(row, probe, strict=True)) for row in embeddings.vectors)
                for name, embeddings in rows.items()}
        expected = sorted(best, key=lambda name: -best[name])
        assert [hit.name for hit in hits] == expected
        assert [hit.similarity for hit in hits] == pytest.approx([best[name] for name in expected], abs=1e-5)
        assert len({hit.face_id for hit in hits}) == 12


def test_same_name_is_the_same_person_in_any_spelling(tmp_path, keys, templates):
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        first = gallery.enrol("Zoë", templates(0))
        again = gallery.enrol(" Zoe\u0308 ", templates(0, first=1))
    assert (first.person_id, again.created) == (again.person_id, False)


def test_non_latin_names_survive(tmp_path, keys, templates):
    names = ["Ольга Иванова", "山田 花子", "محمد", "שרה", "नमिता", "Ngô Thị Bé", "👩‍🔬"]
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        for person, name in enumerate(names):
            gallery.enrol(name, templates(person))
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        assert {person.name for person in gallery.people()} == set(names)
        assert gallery.search(templates(1, first=5), k=1)[0][0].name == names[1]


@pytest.mark.parametrize("name", ["", "   ", "x" * 1025, "\udcff", 3])
def test_impossible_names_are_refused(tmp_path, keys, templates, name):
    with Gallery.open(tmp_path / "g", keys=keys) as gallery, pytest.raises(InputError, match="name"):
        gallery.enrol(name, templates(0))


def test_a_picture_is_enrolled_once_for_a_person(tmp_path, keys, templates):
    picture, other = Source.of_bytes("a.jpg", b"picture"), Source.of_bytes("b.jpg", b"other")
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        assert gallery.enrol("Ada", templates(0), source=picture).rows == (True,)
        assert gallery.known("Ada", [picture, other]) == [True, False]
        assert gallery.known("Bob", [picture]) == [False]
        copy = Source.of_bytes("copy.jpg", b"other")
        assert gallery.enrol("Ada", templates(0, 3), source=[picture, other, copy]).rows == (False, True, False)
        before = gallery.info()
        assert gallery.enrol("Ada", templates(0), source=picture).rows == (False,)
        assert gallery.info() == before
        assert gallery.enrol("Bob", templates(1), source=picture).rows == (True,)
        assert gallery.enrol("Eve", templates(2, 2), source=picture).rows == (True, True)  # two faces of one picture


def test_identify_person_unknown_undecided(tmp_path, keys, templates):
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        gallery.enrol("Ada", templates(0, 2, spread=0))
        gallery.enrol("Bob", templates(1))
        person, unknown = gallery.identify(Embeddings(np.stack([templates(0, spread=0).vectors[0], templates(7).vectors[0]]),
                                                      "points/sphere"), Rule)
        assert (person.outcome, person.best.name, person.gallery_people, person.gallery_templates) == ("person", "Ada", 2, 3)
        assert (person.target_fpir, person.fpir_at_score, person.fpir_upper, person.fpir_basis) == (0.05, 0.003, 0.03, "measured")
        assert unknown.outcome == "unknown" and len(unknown.candidates) == 2
        halfway = Embeddings.normalised(templates(0, spread=0).vectors + 1.4 * templates(7).vectors, "points/sphere")
        undecided, = gallery.identify(halfway, Rule)
        assert (undecided.outcome, undecided.reason) == ("undecided", "between")


def test_empty_gallery_says_unknown(tmp_path, keys, templates):
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        assert gallery.space is None and gallery.people() == []
        assert gallery.search(templates(0, 2)) == [[], []]
        answer, = gallery.identify(templates(0), Rule)
        assert (answer.outcome, answer.best, answer.decision, answer.gallery_people) == ("unknown", None, None, 0)
        done = gallery.enrol("Ada", templates(0))
        gallery.forget(done.person_id)
        assert gallery.identify(templates(0), Rule)[0].reason == "the gallery holds nobody"


def test_two_spaces_do_not_mix(tmp_path, keys, templates):
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        gallery.enrol("Ada", templates(0))
        before = gallery.info()
        with pytest.raises(SpaceError):
            gallery.enrol("Bob", templates(1, space="other"))
        with pytest.raises(SpaceError):
            gallery.search(templates(0, space="other"))
        with pytest.raises(InputError, match=r"\(n, 32\)"):
            gallery.enrol("Bob", Embeddings(np.eye(2, 8, dtype=np.float32), "points/sphere"))
        assert gallery.info() == before and [person.name for person in gallery.people()] == ["Ada"]


def test_renders_are_enrolled_only_in_a_virtual_gallery(tmp_path, keys, templates):
    with Gallery.open(tmp_path / "real", keys=keys) as gallery:
        assert not gallery.virtual
        with pytest.raises(PolicyError, match="virtual"):
            gallery.enrol("render", templates(0), rendered=True)
        with pytest.raises(PolicyError, match="virtual"):
            gallery.enrol("render", templates(0), source=Source.of_bytes("a.jpg", b"\xff\xd8" + RENDER_MARK + b"..."))
        assert gallery.people() == []
    with pytest.raises(InputError, match="virtual"):
        Gallery.open(tmp_path / "real", keys=keys, virtual=True)
    with Gallery.open(tmp_path / "v", keys=keys, virtual=True) as gallery:
        gallery.enrol("render", templates(0), rendered=True)
    with Gallery.open(tmp_path / "v", keys=keys) as gallery:
        assert gallery.virtual and gallery.info().virtual


def test_packaged_renders_carry_the_mark():
    pictures = list((resources.files("vultus.data") / "demo_people").glob("*/*.jpg"))
    assert len(pictures) >= 16
    assert all(Source.of_file(path).rendered for path in pictures)


def test_another_handle_sees_what_was_enrolled_and_forgotten(tmp_path, keys, templates):
    with Gallery.open(tmp_path / "g", keys=keys) as writer, Gallery.open(tmp_path / "g", keys=keys) as reader:
        for person in range(3):
            writer.enrol(f"p{person}", templates(person, 2))
        assert reader.search(templates(2, first=5), k=1)[0][0].name == "p2"
        writer.enrol("p3", templates(3, 600))
        writer.enrol("p4", templates(4, 600))  # beyond the room reserved at first
        assert reader.search(templates(4, first=700), k=1)[0][0].name == "p4"
        writer.forget("p3")
        writer.enrol("p5", templates(5))
        names = [hit.name for hit in reader.search(templates(3, first=700), k=9)[0]]
        assert set(names) == {"p0", "p1", "p2", "p4", "p5"}
        assert reader.search(templates(5, first=7), k=1)[0][0].name == "p5"
        assert reader.identify(templates(0), Rule)[0].gallery_templates == 607


def test_a_view_handed_out_stays_as_it_was(tmp_path, keys, templates):
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        gallery.enrol("a", templates(0, 2))
        old, _ = gallery._view(templates(0))
        content = old.matrix.copy()
        gallery.enrol("b", templates(1, 2))
        gallery.forget("a")
        gallery.enrol("c", templates(2, 2))
        gallery.search(templates(0))
        assert np.array_equal(old.matrix, content) and len(old.people) == 1


def test_forget_by_name_or_id(tmp_path, keys, templates):
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        gallery.enrol("Ada", templates(0, 2))
        bob = gallery.enrol("Bob", templates(1))
        done = gallery.forget("Ada")
        assert (done.faces, done.templates, done.scrubbed) == (2, 2, True)
        assert gallery.forget(bob.person_id).person_id == bob.person_id
        with pytest.raises(UnknownNameError):
            gallery.forget("Ada")
        again = gallery.enrol("Ada", templates(0))
        assert again.created and again.person_id != done.person_id
        events = [entry["event"] for entry in gallery.log()]
        assert events == ["created", "enrolled", "enrolled", "forgotten", "forgotten", "enrolled"]


def test_unknown_person_names_close_ones(tmp_path, keys, templates):
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        gallery.enrol("Katherine", templates(0))
        with pytest.raises(UnknownNameError, match="Katherine"):
            gallery.forget("Catherine")


def test_threads_share_a_gallery(tmp_path, keys, templates):
    start, wrong = threading.Barrier(6), []

    def write(number: int) -> None:
        start.wait()
        for row in range(5):
            gallery.enrol(f"p{row}", templates(row, 1, first=number), source=Source.of_bytes("x", b"%d/%d" % (number, row)))

    def look() -> None:
        start.wait()
        for row in range(20):
            for hit in gallery.search(templates(row % 5), k=3)[0]:
                if not hit.name.startswith("p"):
                    wrong.append(hit)

    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
        threads += [threading.Thread(target=look) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not wrong
        assert [person.templates for person in gallery.people()] == [4] * 5
        assert gallery.verify_log().intact


def test_bad_arguments_name_themselves(tmp_path, keys, templates):
    with pytest.raises(StorageError, match="no gallery"):
        Gallery.open(tmp_path / "missing", keys=keys, create=False)
    assert not (tmp_path / "missing").exists()
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="folder"):
        Gallery.open(tmp_path / "file", keys=keys)
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        with pytest.raises(InputError, match="one row"):
            gallery.enrol("Ada", templates(0)[:0])
        with pytest.raises(InputError, match="source"):
            gallery.enrol("Ada", templates(0, 2), source=[None])
        with pytest.raises(InputError, match="k:"):
            gallery.search(templates(0), k=0)
        assert "Ada" not in repr(gallery)


def test_an_emptied_file_is_not_taken_for_a_gallery_without_people(tmp_path, keys, templates):
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        gallery.enrol("Ada", templates(1))
    (tmp_path / "g" / "gallery.sqlite").write_bytes(b"")
    with pytest.raises(StorageError, match="restore it from a backup"):
        Gallery.open(tmp_path / "g", keys=keys, create=False)
