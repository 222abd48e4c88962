"""Who appears when in a video: faces linked to tracks, tracks joined to people, a timeline and a live view."""
