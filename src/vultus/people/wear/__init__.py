"""What virtual people wear and what hides their faces: glasses, hats, masks, earrings, clothing, hands and other occluders.

`Dresser(basis).dress(scene, posed)` gives the meshes; `covering_of(scene.worn)` tells `Grown.pose` which hair a hat presses down.
"""
