"""DeepFace: the datastore that `DeepFace.find` keeps beside the pictures (`ds_model_*.npz`); its older pickles are refused.

Source: deepface 0.0.103, modules/recognition.py: arrays `identity` (path of the picture, text), `hash` (text), `embedding` (n, d),
`has_embedding` (bool) and the face's box, `target_x` and so on. Its vectors come from networks that are not ours, so people are enrolled
from the pictures that it names. Only pictures below the datastore's own folder are opened, whatever path it holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from vultus.data.picture_files import PictureFile
from vultus.errors import InputError
from vultus.gallery.importers.entry import Entry, Refused
from vultus.gallery.importers.folder import person_of
from vultus.gallery.importers.plain_file import array_names, is_pickle, read_arrays

_PREFIXES = ("ds_model_", "representations_")
_FOREIGN = "foreign_space: the stored vector comes from a network that is not ours"


def recognises(source: Path) -> bool:
    if source.is_dir():
        return any(source.glob("ds_model_*.npz"))
    named = source.name.startswith(_PREFIXES) and source.suffix.lower() in (".pkl", ".feather", ".parquet")
    return named or {"identity", "embedding"} <= array_names(source)


def read(source: Path, room: Path) -> Iterator[Entry | Refused]:
    if source.is_dir():
        stores = sorted(source.glob("ds_model_*.npz"))
        if not stores:
            raise InputError("SOURCE", expected="a folder with DeepFace's ds_model_*.npz", got=str(source),
                             hint="import its pictures:  --from folder")
        return _entries(source, {name for store in stores for name in _identities(store)})
    if is_pickle(source):
        raise InputError("SOURCE", expected="a DeepFace datastore in .npz", got=f"{source.name}, a pickle: loading one runs its code",
                         hint=f"import the pictures beside it:  vultus import {source.parent} --from folder ; or see  "
                              "vultus import --recipe deepface")
    if source.suffix.lower() != ".npz":
        raise InputError("SOURCE", expected="a DeepFace datastore in .npz", got=source.name,
                         hint=f"import the pictures beside it:  vultus import {source.parent} --from folder")
    return _entries(source.parent, set(_identities(source)))


def _identities(store: Path) -> list[str]:
    identity = read_arrays(store, ("identity",))["identity"]
    if identity.ndim != 1 or (identity.size and identity.dtype.kind != "U"):
        raise InputError(f"{store.name}: identity", expected="text (n,)", got=f"{identity.dtype} {identity.shape}")
    return [str(each) for each in identity]


def _entries(root: Path, identities: set[str]) -> Iterator[Entry | Refused]:
    found = [(_picture(root, identity), identity) for identity in identities]
    for file, identity in sorted(found, key=lambda each: (_person(each[0], root, each[1]), each[1])):
        name = _person(file, root, identity)
        if file is None:
            yield Refused(identity, name, f"{_FOREIGN}, and the picture is not below {root}; put it there and import again")
        else:
            yield Entry(name, str(file), PictureFile(str(file), file))


def _picture(root: Path, identity: str) -> Path | None:
    """The picture below `root` whose path ends like `identity`, the longest ending first; None if there is none."""
    parts = [part for part in PurePosixPath(identity.replace("\\", "/")).parts if part not in ("/", ".", "..")]
    real = root.resolve()
    for start in range(len(parts)):
        file = root.joinpath(*parts[start:])
        try:
            if file.is_file() and file.resolve().is_relative_to(real):
                return file
        except (OSError, ValueError):  # a name too long for the disk, or with a zero byte
            return None
    return None


def _person(file: Path | None, root: Path, identity: str) -> str:
    """The sub-folder that holds the picture, or the loose picture's own name."""
    if file is None:
        return person_of(Path(PurePosixPath(identity.replace("\\", "/")).name or "?"))
    return file.parent.name if file.parent != root else person_of(file)
