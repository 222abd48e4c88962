"""Foreign formats: everything that exists is read, nothing runs, nothing leaves its folder."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from vultus.errors import InputError, UnknownNameError
from vultus.gallery import Gallery
from vultus.gallery.importers import FORMATS, LEGACY_SPACE, Entry, Refused, archive, plan, recipe
from vultus.gallery.importers.folder import person_of
from vultus.gallery.importers.legacy_encodings import MEAN_DIRECTION
from vultus.gallery.importers.plain_file import is_pickle, read_arrays
from vultus.image import encode_jpeg
from vultus.quality.gate import ANY_QUALITY
from vultus.types import Embeddings


def encoding(seed: int) -> np.ndarray:
    mean = np.asarray(MEAN_DIRECTION, float)
    raw = mean / np.linalg.norm(mean) + np.random.default_rng(seed).normal(0, 0.06, 128)
    return raw / np.linalg.norm(raw) * 1.4


class Bomb:
    """Unpickling this writes a file."""

    def __init__(self, file: Path) -> None:
        self.file = str(file)

    def __reduce__(self):
        return open, (self.file, "w")


def seen(source, kind=None):
    """Names and statuses of a preview, with the format."""
    with plan(source, kind) as read:
        return read.kind, sorted((outcome.name, Path(outcome.path).name, outcome.status) for outcome in read.preview())


def deepface_store(folder: Path, identities: list[str]) -> Path:
    """What deepface 0.0.103 writes."""
    store, n = folder / "ds_model_vggface_detector_opencv_aligned_normalization_base_expand_0.npz", len(identities)
    boxes = {f"target_{side}": np.zeros(n, np.int64) for side in "xywh"}
    np.savez(store, embedding=np.zeros((n, 4096)), has_embedding=np.ones(n, bool), identity=np.array(identities, np.str_),
             hash=np.array(["h"] * n, np.str_), **boxes)
    return store


def test_a_folder_of_sub_folders_and_of_loose_pictures(drawn_folder):
    (drawn_folder / "nobody").mkdir()
    kind, found = seen(drawn_folder)
    assert kind == "folder"
    assert found == [("blue", "0.jpg", "planned"), ("blue", "1.jpg", "planned"), ("blue", "面孔.jpg", "planned"),
                     ("broken", "broken.jpg", "planned"), ("empty", "empty.jpg", "planned"), ("green", "0.jpg", "planned"),
                     ("green", "1.jpg", "planned"), ("nobody", "nobody", "refused"),
                     ("red", "0.jpg", "planned"), ("red", "1.jpg", "planned")]


@pytest.mark.parametrize(("file", "name"), [
    ("Ada.jpg", "Ada"), ("Ada_0001.jpg", "Ada"), ("Ada Lovelace 2.png", "Ada Lovelace"), ("Ada (3).jpg", "Ada"), ("Ada-12.jpg", "Ada"),
    ("R2D2.jpg", "R2D2"), ("obama2.jpg", "obama2"), ("007.jpg", "007"), ("_1.jpg", "_1"), ("Ada_Lovelace_0002.jpg", "Ada_Lovelace")])
def test_names_of_loose_pictures(file, name):
    assert person_of(Path(file)) == name


def test_a_known_folder_of_face_recognition_is_enrolled_twice_only_once(tmp_path, keys, recogniser, drawn):
    for name, colour in (("Ada_1", (220, 30, 30)), ("Ada_2", (215, 40, 30)), ("Bob", (30, 30, 220)), ("Eve", (0, 0, 0))):
        (tmp_path / "known" / f"{name}.jpg").parent.mkdir(exist_ok=True)
        (tmp_path / "known" / f"{name}.jpg").write_bytes(encode_jpeg(drawn(colour)))
    with Gallery.open(tmp_path / "g", keys=keys) as gallery, plan(tmp_path / "known") as read:
        first = {(done.name, done.status, done.reason.split(":")[0]) for done in read.enrol(gallery, recogniser, usable=ANY_QUALITY)}
        again = {(done.name, done.status) for done in read.enrol(gallery, recogniser, usable=ANY_QUALITY)}
        assert {person.name: person.templates for person in gallery.people()} == {"Ada": 2, "Bob": 1}
    assert first == {("Ada", "enrolled", ""), ("Bob", "enrolled", ""), ("Eve", "refused", "no_face")}
    assert again == {("Ada", "known"), ("Bob", "known"), ("Eve", "refused")}


@pytest.mark.parametrize(("name", "kind"), [("encodings.pickle", "face_recognition"), ("people.pkl", "face_recognition"),
                                            ("no_suffix", "face_recognition"), ("lies.npz", "face_recognition"),
                                            ("lies.json", "face_recognition"),
                                            ("ds_model_vggface_detector_opencv.pkl", "deepface"),
                                            ("representations_arcface.pkl", "deepface")])
@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_pickles_are_refused_and_never_run(tmp_path, name, kind, protocol):
    bomb, source = tmp_path / "exploded", tmp_path / name
    source.write_bytes(pickle.dumps(Bomb(bomb), protocol=protocol))
    with pytest.raises(InputError, match=f"pickle.*--recipe {kind}"), plan(source):
        pass
    for forced in FORMATS:
        with pytest.raises(InputError), plan(source, forced):
            pass
    assert not bomb.exists()
    pickle.loads(source.read_bytes()).close()  # noqa: S301 - the bomb is live: had anything loaded it, the file would be there
    assert bomb.exists()


@pytest.mark.parametrize("kind", ["face_recognition", "deepface"])
def test_objects_inside_arrays_are_refused_and_never_run(tmp_path, kind):
    bomb, objects = tmp_path / "exploded", np.empty(1, object)
    objects[0] = Bomb(bomb)
    arrays = {"names": objects, "encodings": objects, "made_by": "face_recognition"} if kind == "face_recognition" else {
        "identity": objects, "embedding": objects}
    np.savez(tmp_path / "people.npz", **arrays)
    with pytest.raises(InputError, match="objects"), plan(tmp_path / "people.npz", kind):
        pass
    assert not bomb.exists()


def test_an_old_text_pickle_goes_by_its_suffix_and_is_no_array(tmp_path):
    source = tmp_path / "old.p"
    source.write_bytes(pickle.dumps({"names": ["Ada"]}, protocol=0))
    assert is_pickle(source)
    source = source.rename(tmp_path / "old.bin")
    with pytest.raises(InputError, match="SOURCE"), plan(source):
        pass


def stored(path: Path, people: list[str], rows: list[np.ndarray], **changes) -> Path:
    np.savez(path, **{"made_by": "face_recognition", "names": np.array(people, np.str_), "encodings": np.array(rows), **changes})
    return path


@pytest.mark.parametrize("form", ["npz", "json"])
def test_stored_encodings_become_templates_of_the_legacy_space(tmp_path, keys, form):
    names, rows = ["Bob", "Ada", "Bob"], [encoding(k) for k in range(3)]
    if form == "npz":
        source = stored(tmp_path / "people.npz", names, rows)
    else:
        source = tmp_path / "people.json"
        people = [{"name": name, "encoding": row.tolist()} for name, row in zip(names, rows, strict=True)]
        source.write_text(json.dumps({"made_by": "face_recognition", "people": people}))
    with Gallery.open(tmp_path / "g", keys=keys) as gallery, plan(source) as read:
        assert not read.has_pictures and read.kind == "face_recognition"
        assert [done.status for done in read.enrol(gallery)] == ["enrolled"] * 3
        assert [done.status for done in read.enrol(gallery)] == ["known"] * 3
        assert gallery.space == LEGACY_SPACE
        assert {person.name: person.templates for person in gallery.people()} == {"Ada": 1, "Bob": 2}
        hit, = gallery.search(Embeddings.normalised(rows[1][None], LEGACY_SPACE), k=1)[0]
        assert hit.name == "Ada" and hit.similarity == pytest.approx(1, abs=1e-6)


def test_a_wrong_row_is_refused_and_the_others_stay(tmp_path):
    source = stored(tmp_path / "people.npz", ["Ada", "Unit", "Facenet", "NaN"],
                    [encoding(1), encoding(2) / 1.4, np.ones(128), encoding(3) * np.nan])
    with plan(source) as read:
        found = {entry.name: entry for entry in read.entries}
    assert isinstance(found["Ada"], Entry) and found["Ada"].length == pytest.approx(1.4)
    assert all(isinstance(found[name], Refused) for name in ("Unit", "Facenet", "NaN"))
    assert "length 1.00" in found["Unit"].reason and "NaN" in found["NaN"].reason


def test_stored_encodings_do_not_enter_a_gallery_of_another_space(tmp_path, keys, templates):
    source = stored(tmp_path / "people.npz", ["Ada"], [encoding(1)])
    with Gallery.open(tmp_path / "g", keys=keys) as gallery, plan(source) as read:
        gallery.enrol("Someone", templates(1))
        with pytest.raises(InputError, match="enrol from pictures"):
            read.enrol(gallery)
        assert [person.name for person in gallery.people()] == ["Someone"]


@pytest.mark.parametrize(("changes", "said"), [
    ({"made_by": "someone else"}, "made_by"), ({"names": np.array(["Ada"], object)}, "objects"), ({"names": np.array([1])}, "text"),
    ({"encodings": np.array([[encoding(1)]])}, "numbers"), ({"encodings": np.array([["x"] * 128])}, "numbers"),
    ({"names": np.array(["Ada", "Bob"])}, "one name for every encoding"), ({"encodings": np.array([None], object)}, "objects")])
def test_arrays_that_do_not_fit_are_refused_by_name(tmp_path, changes, said):
    source = stored(tmp_path / "people.npz", ["Ada"], [encoding(1)], **changes)
    with pytest.raises(InputError, match=said), plan(source):
        pass


@pytest.mark.parametrize("text", ["", "[]", "{", '{"made_by": "other"}', '{"made_by": "face_recognition", "people": [{"name": 3}]}',
                                  "[" * 100_000, '{"made_by": "face_recognition"}'])
def test_json_that_does_not_fit_is_refused(tmp_path, text):
    source = tmp_path / "people.json"
    source.write_text(text)
    with pytest.raises(InputError), plan(source):
        pass


def test_an_array_that_claims_to_be_larger_than_its_file_takes_no_memory(tmp_path):
    header = b"\x93NUMPY\x01\x00v\x00" + b"{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999, 128), }".ljust(117) + b"\n"
    source = tmp_path / "liar.npz"
    with zipfile.ZipFile(source, "w") as file:
        file.writestr("encodings.npy", header)
    with pytest.raises(InputError, match="fewer bytes"):
        read_arrays(source, ("encodings",))


def test_deepface_people_are_enrolled_from_the_pictures_that_it_names(tmp_path, keys, recogniser, drawn_folder):
    outside = tmp_path / "outside.jpg"
    outside.write_bytes((drawn_folder / "red" / "0.jpg").read_bytes())
    store = deepface_store(drawn_folder, ["old_machine/photos/red/0.jpg", "photos/blue/0.jpg", str(drawn_folder / "green" / "1.jpg"),
                                          r"C:\photos\green\0.jpg", "photos/red/gone.jpg", "../outside.jpg", str(outside), ""])
    for source in (store, drawn_folder):
        kind, found = seen(source)
        assert kind == "deepface"
        assert [(name, status) for name, _, status in found] == [
            ("?", "refused"), ("blue", "planned"), ("gone", "refused"), ("green", "planned"), ("green", "planned"), ("outside", "refused"),
            ("outside", "refused"), ("red", "planned")]
    with Gallery.open(tmp_path / "g", keys=keys) as gallery, plan(store) as read:
        done = list(read.enrol(gallery, recogniser, usable=ANY_QUALITY))
        assert {each.reason.split(":")[0] for each in done if each.status == "refused"} == {"foreign_space"}
        assert {person.name: person.templates for person in gallery.people()} == {"blue": 1, "green": 2, "red": 1}


def test_a_link_does_not_lead_deepfaces_pictures_out_of_their_folder(tmp_path, drawn_folder, red):
    (tmp_path / "secret.jpg").write_bytes(red)
    (drawn_folder / "red" / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    assert seen(deepface_store(drawn_folder, ["red/link.jpg"]))[1] == [("link", "link.jpg", "refused")]


def test_other_datastores_of_deepface_are_refused_with_what_to_do(tmp_path):
    for name in ("ds_model_facenet.parquet", "ds_model_facenet.feather"):
        (tmp_path / name).write_bytes(b"PAR1")
        with pytest.raises(InputError, match="--from folder"), plan(tmp_path / name):
            pass
    np.savez(tmp_path / "ds_model_x.npz", identity=np.array([None, {}], object), embedding=np.zeros((2, 0)))
    with pytest.raises(InputError, match="objects"), plan(tmp_path / "ds_model_x.npz"):
        pass


def compreface(place, pages, pictures: dict[str, bytes], subjects=None) -> None:
    """The files of an export, written by `place(name, bytes)`."""
    place("faces.json", json.dumps(pages).encode())
    if subjects is not None:
        place("subjects.json", json.dumps({"subjects": subjects}).encode())
    for name, data in pictures.items():
        place(name, data)


def in_zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for name, data in files.items():
            file.writestr(name, data)
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_a_compreface_export(tmp_path, keys, recogniser, red, drawn, packed):
    files: dict[str, bytes] = {}
    blue = encode_jpeg(drawn((30, 30, 220)))
    listed = [[("a1", "Ada"), ("b1", "Bob")], [("gone", "Ada"), ("void", "Bob")]]
    pages = [{"faces": [{"image_id": image_id, "subject": subject} for image_id, subject in page], "page_number": number, "total_pages": 2}
             for number, page in enumerate(listed)]
    compreface(files.__setitem__, pages, {"images/a1.jpg": red, "images/b1": blue, "images/void.jpg": b"", "images/x.jpg": red},
               ["Ada", "Bob", "Cy"])
    source = tmp_path / ("export.zip" if packed else "export")
    if packed:
        in_zip(source, {f"export/{name}": data for name, data in files.items()})
    else:
        for name, data in files.items():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes(data)
    with Gallery.open(tmp_path / "g", keys=keys) as gallery, plan(source) as read:
        assert read.kind == "compreface"
        done = {(each.name, Path(each.path).stem, each.status, each.reason.split(":")[0])
                for each in read.enrol(gallery, recogniser, usable=ANY_QUALITY)}
        assert {person.name: person.templates for person in gallery.people()} == {"Ada": 1, "Bob": 1}
        assert all(each.path.startswith(str(source)) for each in read.preview())
        assert {each.status for each in read.enrol(gallery, recogniser, usable=ANY_QUALITY)} == {"known", "refused"}
    assert done == {("Ada", "a1", "enrolled", ""), ("Bob", "b1", "enrolled", ""), ("Ada", "gone", "refused", "no_picture"),
                    ("Bob", "void", "refused", "no_picture"), ("Cy", "export", "refused", "no_picture"), ("", "x", "refused", "no_name")}


def test_a_zip_of_one_folder_a_person(tmp_path, red):
    kind, found = seen(in_zip(tmp_path / "people.zip", {"people/Ada/1.jpg": red, "people/Bob/1.jpg": red, "people/notes.txt": b"x"}))
    assert (kind, found) == ("compreface", [("Ada", "1.jpg", "planned"), ("Bob", "1.jpg", "planned")])
    assert seen(in_zip(tmp_path / "flat.zip", {"Ada/1.jpg": red, "Bob_2.jpg": red}))[1] == [
        ("Ada", "1.jpg", "planned"), ("Bob", "Bob_2.jpg", "planned")]


@pytest.mark.parametrize("name", ["../../evil.jpg", "/etc/evil.jpg", "a/../../evil.jpg", r"..\evil.jpg", "C:evil.jpg"])
def test_names_that_lead_out_of_the_archive_refuse_it_before_anything_is_written(tmp_path, red, name):
    source = in_zip(tmp_path / "evil.zip", {"Ada/1.jpg": red, name: red})
    room = tmp_path / "deep" / "room"
    room.mkdir(parents=True)
    with pytest.raises(InputError, match="do not trust"):
        archive.unpack(source, room)
    assert not list(room.iterdir()) and not list(tmp_path.rglob("*evil.jpg"))


def test_links_in_archives_are_refused(tmp_path):
    link = zipfile.ZipInfo("Ada/1.jpg")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as file:
        file.writestr(link, "/etc/passwd")
    with pytest.raises(InputError, match="no links"), plan(tmp_path / "link.zip"):
        pass


def test_archives_are_bounded_by_what_is_read_not_by_what_they_say(tmp_path, red, monkeypatch):
    source = in_zip(tmp_path / "a.zip", {f"Ada/{k}.jpg": red for k in range(4)})
    monkeypatch.setattr(archive, "MAX_TOTAL", len(red) * 3)
    with pytest.raises(InputError, match="at most"), plan(source):
        pass
    monkeypatch.setattr(archive, "MAX_TOTAL", len(red) * 4)
    assert len(seen(source)[1]) == 4
    monkeypatch.setattr(archive, "MAX_FILES", 3)
    with pytest.raises(InputError, match="at most 3 files"), plan(source):
        pass


def test_empty_damaged_and_foreign_archives(tmp_path, red):
    empty, torn = in_zip(tmp_path / "empty.zip", {}), in_zip(tmp_path / "torn.zip", {"Ada/1.jpg": red})
    torn.write_bytes(torn.read_bytes()[:40] + b"\0" * 30 + torn.read_bytes()[70:])
    dump, text = tmp_path / "dump.sql", tmp_path / "notes.txt"
    dump.write_bytes(b"--\n-- PostgreSQL database dump\n")
    text.write_text("nothing")
    for source, said in ((empty, "empty"), (torn, "undamaged"), (dump, "--recipe compreface"), (text, "--from"),
                         (tmp_path / "missing", "does not exist")):
        with pytest.raises(InputError, match=said), plan(source):
            pass
    (tmp_path / "nothing").mkdir()
    for kind in ("folder", "deepface", "compreface"):
        with pytest.raises(InputError), plan(tmp_path / "nothing", kind):
            pass
    with pytest.raises(UnknownNameError, match="did you mean compreface"), plan(text, "compre"):
        pass


@pytest.mark.parametrize("page", ['{"faces": 3}', '{"faces": [{"image_id": 1, "subject": "Ada"}]}', "[3]", "{}"])
def test_other_documents_called_faces_json_are_refused(tmp_path, page):
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / "faces.json").write_text(page)
    with pytest.raises(InputError, match=r"faces\.json"), plan(tmp_path / "e"):
        pass


def test_what_is_unpacked_goes_away(tmp_path, red):
    with plan(in_zip(tmp_path / "a.zip", {"Ada/1.jpg": red})) as read:
        file = read.entries[0].picture.file
        assert file.is_file() and file.parents[1].stat().st_mode & 0o077 == 0
    assert not file.exists()


@pytest.mark.parametrize("layout", ["lists", "dict", "pair", "rows"])
def test_the_recipe_turns_the_usual_layouts_into_what_is_read(tmp_path, layout, monkeypatch, capsys):
    names, rows = ["Ada", "Bob"], [encoding(1), encoding(2)]
    content = {"lists": {"encodings": rows, "names": names}, "dict": dict(zip(names, rows, strict=True)), "pair": (rows, names),
               "rows": [*zip(names, rows, strict=True), ("Cy", encoding(3))]}[layout]
    (tmp_path / "old.pickle").write_bytes(pickle.dumps(content))
    monkeypatch.setattr("sys.argv", ["export.py", str(tmp_path / "old.pickle"), str(tmp_path / "new.npz")])
    exec(compile(recipe("face_recognition"), "export.py", "exec"), {})
    assert "encodings written" in capsys.readouterr().out
    assert [name for name, _, status in seen(tmp_path / "new.npz")[1] if status == "planned"] == sorted(names + ["Cy"] * (layout == "rows"))


def test_the_recipe_for_deepface_lists_pictures(tmp_path, monkeypatch, capsys, drawn_folder):
    old = drawn_folder / "ds_model_vggface.pkl"
    old.write_bytes(pickle.dumps([{"identity": "photos/red/0.jpg", "embedding": [0.0] * 4}]))
    monkeypatch.setattr("sys.argv", ["export.py", str(old), str(drawn_folder / "ds_model_exported.npz")])
    exec(compile(recipe("deepface"), "export.py", "exec"), {})
    assert seen(drawn_folder) == ("deepface", [("red", "0.jpg", "planned")])


def test_the_recipe_for_compreface_saves_what_is_read(tmp_path, monkeypatch, capsys, red):
    answers = {"/subjects/": json.dumps({"subjects": ["Ada"]}).encode(), "/faces/a1/img": red,
               "/faces?page=0&size=100": json.dumps({"faces": [{"image_id": "a1", "subject": "Ada"}], "total_pages": 1}).encode()}
    asked = []

    def urlopen(request, timeout):
        asked.append(request.get_header("X-api-key"))
        return io.BytesIO(answers[request.full_url.removeprefix("http://server/api/v1/recognition")])

    monkeypatch.setattr("urllib.request.urlopen", urlopen)
    monkeypatch.setenv("COMPREFACE_KEY", "key")
    monkeypatch.setattr("sys.argv", ["export.py", "http://server/", str(tmp_path / "out")])
    exec(compile(recipe("compreface"), "export.py", "exec"), {})
    assert seen(tmp_path / "out") == ("compreface", [("Ada", "a1.jpg", "planned")]) and set(asked) == {"key"}
    with pytest.raises(UnknownNameError):
        recipe("folder")


def test_a_name_that_cannot_be_stored_is_refused_and_the_rest_goes_on(tmp_path, keys):
    source = stored(tmp_path / "people.npz", [" ", "Ada"], [encoding(1), encoding(2)])
    with Gallery.open(tmp_path / "g", keys=keys) as gallery, plan(source) as read:
        assert [(done.name, done.status) for done in read.enrol(gallery)] == [(" ", "refused"), ("Ada", "enrolled")]
        assert [done.status for done in read.preview()] == ["refused", "planned"]
