"""The structured grid, what lies on its cells and faces, and sums over it."""
