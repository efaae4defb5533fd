"""The published one-potential model: theory equations (8) to (12)."""
