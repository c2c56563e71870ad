"""What can go wrong between Omroeper and the outside world.

Every adapter maps foreign errors to these, at its own border, with ``raise ... from``. The tree decides what happens
next, so that no caller ever looks at a message (servers localise theirs):

* ``AdapterError``        something outside went wrong

  * ``Temporary``         try again later
    * ``Limited``         the other side asked for a pause, until a moment it named
    * ``Unknown``         a request left and no answer tells whether it was handled

  * ``Permanent``         the same request will never be accepted
    * ``Malformed``       what came cannot be read
    * ``Gone``            the thing is not there (404, 410)
    * ``Refused``         the thing, as it is, breaks a rule of the other side (400, 413, 422)

  * ``AuthFailed``        the account or credential is not accepted: stops a whole account or source

Each carries a stable ``code``, a sentence and a ``remedy``. None may carry a token or a credential.
"""

from __future__ import annotations

from datetime import datetime


class AdapterError(Exception):
    """Something outside went wrong.

    ``code`` is stable and lower-case (``http.timeout``); ``remedy`` says what the operator can do, "" where nothing;
    ``status`` is the HTTP status that was the cause, None where there was none.
    """

    def __init__(self, message: str, *, code: str, remedy: str = "", status: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.remedy = remedy
        self.status = status


class Temporary(AdapterError):
    """Try again later: the other side is down, slow or busy. ``retry_after`` is in seconds, None where unsaid."""

    def __init__(
        self, message: str, *, code: str, remedy: str = "", status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message, code=code, remedy=remedy, status=status)
        self.retry_after = retry_after


class Limited(Temporary):
    """The other side asked for a pause. ``until`` is the moment it named (aware UTC), None where it named none."""

    def __init__(
        self,
        message: str,
        *,
        code: str = "limited",
        remedy: str = "",
        status: int | None = None,
        retry_after: float | None = None,
        until: datetime | None = None,
    ) -> None:
        super().__init__(message, code=code, remedy=remedy, status=status, retry_after=retry_after)
        self.until = until


class Unknown(Temporary):
    """A request that changes something left, and no answer says whether it was handled.

    ``settles_after``: seconds after which the request can no longer be running on the other side. ``retry_after``:
    seconds for which the other side asked not to be asked again, None where it asked nothing.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "outcome-unknown",
        status: int | None = None,
        settles_after: float,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, code=code, status=status, retry_after=retry_after)
        self.settles_after = settles_after


class Permanent(AdapterError):
    """The same request will never be accepted."""


class Malformed(Permanent):
    """What came cannot be read as what it should be."""


class Gone(Permanent):
    """The thing is not there (404, 410).

    ``about`` names what is missing where it is not the thing itself: ``parent``, ``quote``,
    ``media``, or the ``target`` of a boost.
    """

    def __init__(
        self, message: str, *, code: str = "gone", remedy: str = "", status: int | None = None, about: str = ""
    ) -> None:
        super().__init__(message, code=code, remedy=remedy, status=status)
        self.about = about


class Refused(Permanent):
    """The thing, as it is, breaks a rule of the other side (400, 413, 422): another form of it may be accepted.

    ``about`` names the part that was refused where the adapter can tell without reading prose: ``media``, ``parent``
    or ``text``; "" where it cannot.
    """

    def __init__(
        self, message: str, *, code: str = "refused", remedy: str = "", status: int | None = None, about: str = ""
    ) -> None:
        super().__init__(message, code=code, remedy=remedy, status=status)
        self.about = about


class AuthFailed(AdapterError):
    """The account or credential is not accepted. Stops the whole account or source; its queue is kept."""
