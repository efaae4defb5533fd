"""Problems with a known answer, solved by the program itself: what `phasefield verify` runs.

The problems are plain functions; what they are held to stands in the folder `validation/` of the
repository, one folder a problem.
"""
