"""Times the package face_recognition; run by another Python, in an environment of its own. Imports nothing of vultus.

Reads picture paths from stdin, one a line; prints one JSON object: seconds for decoding, HOG detection and encoding, and counts.
"""

import json
import sys
import time


def main() -> None:
    import dlib
    import face_recognition
    seconds = {"decode": 0.0, "detect": 0.0, "encode": 0.0}
    faces = 0
    for path in sys.stdin.read().splitlines():
        start = time.perf_counter()
        image = face_recognition.load_image_file(path)
        decoded = time.perf_counter()
        boxes = face_recognition.face_locations(image)
        detected = time.perf_counter()
        faces += len(face_recognition.face_encodings(image, boxes))
        encoded = time.perf_counter()
        seconds["decode"] += decoded - start
        seconds["detect"] += detected - decoded
        seconds["encode"] += encoded - detected
    sys.stdout.write(json.dumps({"seconds": seconds, "faces": faces, "face_recognition": face_recognition.__version__,
                                 "dlib": dlib.__version__}))


if __name__ == "__main__":
    main()
