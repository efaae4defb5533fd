"""Material parameters, each with its unit and its source."""
