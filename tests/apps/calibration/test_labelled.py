"""Labels as users write them: every input, and one sentence for each that cannot be used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vultus.apps.calibration.duplicates import find_duplicates
from vultus.apps.calibration.labelled import read_folder, read_labels, read_lfw_pairs, read_pairs, read_scores
from vultus.errors import ImageError, InputError


def files(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode())


def test_a_folder_names_its_people_by_the_first_folder_below(tmp_path: Path) -> None:
    files(tmp_path, "ann/1.jpg", "ann/2020/2.jpg", "bob/1.jpg", "loose.jpg", "bob/notes.txt")
    found = read_folder(tmp_path)
    assert [(Path(path).name, name) for path, name in zip(found.paths, found.subjects, strict=True)] == [
        ("1.jpg", "ann"), ("2.jpg", "ann"), ("1.jpg", "bob")]
    assert found.notes == ("1 pictures lie beside the people's folders and were left out",) and found.pairs is None


@pytest.mark.parametrize(("names", "words"), [
    ((), r"expected a folder with one sub-folder of pictures for each person, got no pictures$"),
    (("a.jpg", "b.jpg"), r"got 2 pictures and no sub-folder with any$"),
    (("Ann_Lee/1.jpg", "ann lee/1.jpg"), r"people: expected one name for each person, got both Ann_Lee and ann lee; ")])
def test_folders_that_cannot_be_used(tmp_path: Path, names: tuple[str, ...], words: str) -> None:
    files(tmp_path, *names)
    with pytest.raises(InputError, match=words):
        read_folder(tmp_path)
    with pytest.raises(ImageError, match="nothing there"):
        read_folder(tmp_path / "nowhere")


def test_pairs_without_subjects_count_people_by_what_mated_pairs_join(tmp_path: Path) -> None:
    files(tmp_path, "1.jpg", "2.jpg", "3.jpg", "4.jpg")
    (tmp_path / "p.csv").write_text("\ufeffa,b,mated\n1.jpg,2.jpg,1\n2.jpg,3.jpg,yes\n3.jpg,4.jpg,0\n", "utf-8")
    found = read_pairs(tmp_path / "p.csv")
    assert len({*found.subjects}) == 2 and len({*found.subjects[:3]}) == 1
    assert found.pairs == ((0, 1), (1, 2), (2, 3)) and "counted from the mated pairs" in found.notes[0]
    (tmp_path / "p.csv").write_text("a,b,mated,subject_a,subject_b\n1.jpg,2.jpg,1,x,x\n3.jpg,4.jpg,0,y,z\n", "utf-8")
    assert read_pairs(tmp_path / "p.csv").subjects == ("x", "x", "y", "z") and not read_pairs(tmp_path / "p.csv").notes


@pytest.mark.parametrize(("text", "words"), [
    ("a,b\n1.jpg,2.jpg\n", r"expected a CSV file whose first line names a, b, mated, got a, b$"),
    ("a,b,mated\n", r"expected at least one line below the names of the columns, got none$"),
    ("a,b,mated\n1.jpg,2.jpg,perhaps\n", r"line 2: expected mated = 1 or 0, got 'perhaps'$"),
    ("a,b,mated\n1.jpg,8.jpg,1\n9.jpg,2.jpg,0\n", r"expected pictures that exist, got .*8\.jpg, .*9\.jpg missing$"),
    ("a,b,mated\n1.jpg,2.jpg,1\n2.jpg,1.jpg,0\n", r"expected pairs that agree with each other, got mated = 0 for "),
    ("a,b,mated,subject_a,subject_b\n1.jpg,2.jpg,1,x,y\n", r"line 2: expected mated = 1 for one subject, 0 for two, got mated = 1$"),
    ("a,b,mated,subject_a,subject_b\n1.jpg,2.jpg,0,x,y\n1.jpg,3.jpg,0,z,y\n", r"line 3: expected one subject a picture")])
def test_pairs_that_cannot_be_used(tmp_path: Path, text: str, words: str) -> None:
    files(tmp_path, "1.jpg", "2.jpg", "3.jpg")
    (tmp_path / "p.csv").write_text(text)
    with pytest.raises(InputError, match=words):
        read_pairs(tmp_path / "p.csv")


def test_lfw_layout(tmp_path: Path) -> None:
    files(tmp_path, "ann/ann_0001.jpg", "ann/ann_0002.jpg", "bob/bob_0001.jpg")
    (tmp_path / "pairs.txt").write_text("1 1\nann 1 2\nann 1 bob 1\n")
    found = read_lfw_pairs(tmp_path / "pairs.txt", tmp_path)
    assert found.subjects == ("ann", "ann", "bob") and found.pairs == ((0, 1), (0, 2))
    (tmp_path / "pairs.txt").write_text("1 1\nann 1 3\n")
    with pytest.raises(InputError, match=r"ann_0003\.jpg missing"):
        read_lfw_pairs(tmp_path / "pairs.txt", tmp_path)
    (tmp_path / "pairs.txt").write_text("1 1\nann 1\n")
    with pytest.raises(InputError, match="line 2: expected 'name i j'"):
        read_lfw_pairs(tmp_path / "pairs.txt", tmp_path)


@pytest.mark.parametrize(("text", "words"), [
    ("score,mated\n0.5,1\n", "scores without people; support is counted in people"),
    ("score,mated,subject_a,subject_b\nnan,1,a,a\n", r"line 2: expected a cosine, -1..1, as score, got nan$"),
    ("score,mated,subject_a,subject_b\n7,1,a,a\n", r"a cosine, -1..1"),
    ("score,mated,subject_a,subject_b\nhigh,1,a,a\n", r"expected a number as score, got 'high'$"),
    ("score,mated,subject_a,subject_b\n0.5,1,a,b\n", r"expected mated = 1 for one subject, 0 for two")])
def test_scores_that_cannot_be_used(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "s.csv").write_text(text)
    with pytest.raises(InputError, match=words):
        read_scores(tmp_path / "s.csv")


def test_labels_with_two_people_for_one_picture(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("path,subject\n1.jpg,ann\n1.jpg,bob\n")
    with pytest.raises(InputError, match=r"line 3: expected one subject a path, got two for 1\.jpg"):
        read_labels(tmp_path / "l.csv")


def test_duplicates_by_bytes_and_by_template(tmp_path: Path) -> None:
    files(tmp_path, *"abcdef")
    (tmp_path / "b").write_bytes(b"a")  # the same bytes as a, one person
    (tmp_path / "d").write_bytes(b"c")  # the same bytes as c, two people
    vectors = np.eye(6, 8, dtype=np.float32)
    vectors[5] = vectors[4]  # another file with the same template, one person
    found = find_duplicates([str(tmp_path / name) for name in "abcdef"], vectors, ["x", "x", "y", "z", "w", "w"])
    assert (found.within, found.across) == (((0, 1), (4, 5)), ((2, 3),))
    assert found.keep.tolist() in ([True, False, False, False, True, False], [False, True, False, False, True, False])
    swapped = find_duplicates([str(tmp_path / name) for name in "bacdfe"], vectors[[1, 0, 2, 3, 5, 4]], ["x", "x", "y", "z", "w", "w"])
    assert found.keep[[1, 0]].tolist() == swapped.keep[:2].tolist()


@pytest.mark.parametrize("content", [b"path,subject\n" + b"a" * 140_000 + b",x\n", b"a" * 140_000 + b",subject\n",
                                     b"path,subject\n" + b"a,b\n" * 9000 + b"\xff,x\n"])
def test_csv_files_that_cannot_be_read_are_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "l.csv").write_bytes(content)
    with pytest.raises(InputError, match=r"l\.csv: expected a readable CSV file"):
        read_labels(tmp_path / "l.csv")


def test_a_picture_given_for_a_list_is_said_to_be_no_text(tmp_path: Path) -> None:
    for name, words in (("p.jpg", "CSV file"), ("pairs.txt", r"pairs\.txt")):
        (tmp_path / name).write_bytes(b"\xff\xd8\xff\xe0")
        with pytest.raises(InputError, match=f"expected a readable {words}, got a file that is no text$"):
            read_lfw_pairs(tmp_path / name, tmp_path) if name == "pairs.txt" else read_labels(tmp_path / name)
