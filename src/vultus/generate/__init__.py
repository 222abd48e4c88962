"""Make pictures of people who do not exist; the same seed gives the same pictures, every one marked."""
