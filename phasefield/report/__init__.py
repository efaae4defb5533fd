"""The report: figures, animation, one self-contained page."""
