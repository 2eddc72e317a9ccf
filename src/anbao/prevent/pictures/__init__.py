"""Screening of pictures: decoded within bounds, hashed (PDQ), searched for codes and text, compared with dangers.

``decode`` → ``pdq``, ``codes``, ``lettering`` → ``reading``: what decisions need of the bytes, read once per picture.
``variants``, ``dangers``: the hashes of dangers that were confirmed. ``judge``: a reading → findings and the decision.
"""
