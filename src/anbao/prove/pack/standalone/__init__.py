"""The verifier that needs nothing but Python's standard library.

Its modules import only each other and the standard library, so that ``single.py`` can join them to the one file
``anbao_verify.py`` that lies in every pack. ``anbao verify FILE.zip`` runs the same code.
"""
