"""`python -m vultus.compat.face_recognition KNOWN UNKNOWN`."""

from vultus.compat.face_recognition.face_recognition_cli import main

raise SystemExit(main())
