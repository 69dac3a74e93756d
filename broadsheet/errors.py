"""Every error of the service, and who is to blame for it.

    BroadsheetError
    ├── Unavailable          nobody's fault: database, index or network away; roll back, wait, try again
    │   └── IndexBusy        another writer holds the embedded index
    ├── StageBroken          our bug: most of a stage's last documents failed, over several hosts
    ├── BadInput             the reader's fault: a file, a setting, a row; names the thing, the place and the value
    │   ├── BadSetting       a BROADSHEET_* variable
    │   ├── BadSource        a source file
    │   └── BadQuery         a search query
    └── SchemaNewer          the database was migrated by newer code than this

Whatever else a stage raises is the document's fault and becomes its dead letter.
"""

from __future__ import annotations


class BroadsheetError(Exception):
    """Raised only through its subclasses; catching it catches all of ours."""


class Unavailable(BroadsheetError):
    """Raised when a server that the work needs is away; the same call may succeed later."""


class IndexBusy(Unavailable):
    """Raised when another process holds the embedded index's writer."""


class StageBroken(BroadsheetError):
    """Raised when a stage fails for most documents of several hosts: the stage pauses, no document is blamed."""


class BadInput(BroadsheetError):
    """Raised when a person's input cannot be used; the message names the thing, the place and the value."""


class BadSetting(BadInput):
    """Raised when an environment setting has a value that cannot be used."""


class BadSource(BadInput):
    """Raised when a source file cannot be used; starts with file and line."""


class BadQuery(BadInput):
    """Raised when a search query cannot be understood; says where."""


class SchemaNewer(BroadsheetError):
    """Raised when the database's schema is newer than this code."""
