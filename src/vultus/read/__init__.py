"""Read the text in pictures: lines, where they stand, and confidences."""
