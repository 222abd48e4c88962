"""Sources of pictures and labels: folders, the LFW layout; and data that ships: people who do not exist, calibrations."""
