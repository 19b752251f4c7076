"""The one inline script of the pages, and the words a policy allows it by (Form Post Response Mode §2, DESIGN 5.13)."""

from markupsafe import Markup

SCRIPT = Markup('document.getElementById("submit").click();')
"""Sends the page's one form. By its button: a control with the id `submit` hides the form's own function of that name."""
