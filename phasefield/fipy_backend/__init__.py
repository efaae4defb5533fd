"""The same equations by FiPy: slow, plain and independent, for comparison."""
