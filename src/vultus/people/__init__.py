"""People who do not exist: who they are, how a picture of them is taken, and every label exactly."""
