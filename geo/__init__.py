"""Text to place to distance. Coordinates are always (lat, lon), in degrees; distances are kilometres."""
