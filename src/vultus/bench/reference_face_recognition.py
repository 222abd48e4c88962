"""Times the package face_recognition; run by another Python, in an environment of its own. Imports nothing of vultus.

Reads picture paths from stdin, one a line; prints one JSON object: seconds for decoding, HOG detection and encoding, and counts. With
`--details N` also CPU seconds, boxes and encodings of every picture, and landmarks of the first N, which are not timed.
"""

import json
import sys
import time


def main() -> None:
    import dlib
    import face_recognition
    seconds = {"decode": 0.0, "detect": 0.0, "encode": 0.0}
    details = int(sys.argv[2]) if sys.argv[1:2] == ["--details"] else None
    faces, cpu = 0, 0.0
    pictures: list[dict[str, object]] = []
    for path in sys.stdin.read().splitlines():
        start, cpu_start = time.perf_counter(), time.process_time()
        image = face_recognition.load_image_file(path)
        decoded = time.perf_counter()
        boxes = face_recognition.face_locations(image)
        detected = time.perf_counter()
        encodings = face_recognition.face_encodings(image, boxes)
        encoded = time.perf_counter()
        cpu += time.process_time() - cpu_start
        faces += len(encodings)
        seconds["decode"] += decoded - start
        seconds["detect"] += detected - decoded
        seconds["encode"] += encoded - detected
        if details is not None:
            models = ("large", "small") if len(pictures) < details else ()
            points = [face_recognition.face_landmarks(image, boxes, model) for model in models]
            pictures.append({"boxes": boxes, "encodings": [row.tolist() for row in encodings], "landmarks": points})
    record = {"seconds": seconds, "faces": faces, "face_recognition": face_recognition.__version__, "dlib": dlib.__version__}
    sys.stdout.write(json.dumps(record if details is None else {**record, "cpu_seconds": cpu, "pictures": pictures}))


if __name__ == "__main__":
    main()
