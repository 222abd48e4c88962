"""What virtual people wear and what hides their faces: glasses, hats, masks, earrings, collars, hands and other occluders."""
