"""What cameras do to a picture of a face, render or photograph: surveillance, few pixels, webcam.

Each simulator is a frozen dataclass of settings and a function `(image, settings, rng) -> Simulated`; `signatures` measures
what each leaves behind. Simulated captures say how a method reacts to a cause, not how it does with a given camera.
"""
