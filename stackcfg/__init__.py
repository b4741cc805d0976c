"""Migrate and check the run configs of Llama Stack (OGX).

The library's face: `migrate(text)` returns a `Migration`, `validate(text)` a `Validation`; both raise `InputError` for
a text that cannot be read, `migrate` also `ProofError`.
"""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers read it as true; importing `typing` for it would slow every start

if TYPE_CHECKING:
    from stackcfg.migration.result import MigrationResult
    from stackcfg.validation.engine import Validation

__version__ = "0.1.0"


def migrate(
    text: str, *, target: str = "0.3", layout: str = "consolidate"
) -> MigrationResult:
    """Bring every run config in a text to a target release; the result is proved before it is returned.

    Raises `stackcfg.loading.errors.InputError` when the text cannot be read or is refused, `ValueError` for an unknown
    target or layout, `stackcfg.migration.proof.ProofError` when the result does not hold what it must.
    """
    from stackcfg.migration import engine as migration

    return migration.migrate(text, migration.settings_for(target, layout))


def validate(text: str, *, target: str = "0.3") -> Validation:
    """Everything that a target release would refuse, drop or misread in the run configs of a text.

    Raises `stackcfg.loading.errors.InputError` when the text cannot be read, `ValueError` for an unknown target.
    """
    from stackcfg.validation import engine as validation

    return validation.validate(text, validation.settings_for(target))
