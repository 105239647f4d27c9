"""Statements of a sign-in that are written once for the whole process, because writing one takes Django longer than
PostgreSQL takes to answer it, and every sign-in has the same few."""

from collections.abc import Callable, Sequence
from functools import cache, cached_property
from typing import Any

from django.db import connection, models


class Prepared:
    """A query of which only values change: `make` gets an example of each, which stands for whatever comes later.

    `found` are the models of a row in the order in which select_related reads them; without any, a row is a tuple.
    The examples must be values that nothing else in the query has.
    """

    def __init__(
        self, make: Callable[..., models.QuerySet[Any, Any]], *found: type[models.Model], **examples: str | int
    ) -> None:
        self._make, self._found, self._examples = make, found, examples

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """The rows for these values: one query."""
        sql, parameters = self._written
        with connection.cursor() as cursor:
            cursor.execute(sql, [values.get(name, constant) for name, constant in parameters])
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return [self._built(row) for row in rows] if self._found else rows

    def one(self, **values: Any) -> tuple[Any, ...] | None:
        """The only row, or None where there is no such one or are several."""
        rows = self.rows(**values)
        return rows[0] if len(rows) == 1 else None

    @cached_property
    def _written(self) -> tuple[str, list[tuple[str, Any]]]:
        """The SQL, and of each parameter the name of the value it takes, or the constant that it is."""
        sql, parameters = self._make(**self._examples).query.sql_with_params()
        names = {example: name for name, example in self._examples.items()}
        return sql, [(names.get(value, ""), value) for value in parameters]

    def _built(self, row: Sequence[Any]) -> tuple[models.Model | None, ...]:
        built, at = [], 0
        for model in self._found:
            fields = model._meta.concrete_fields
            built.append(_instance(model, fields, row[at : at + len(fields)]))
            at += len(fields)
        return tuple(built)


def insert(row: models.Model, *, instead_of: str = "") -> None:
    """Write a new row, as `save` does, of a model whose key the database makes. No signals are sent.

    A row that is the same in the unique column `instead_of` becomes this one, and keeps its key.
    """
    sql, fields = _inserting(type(row), instead_of)
    with connection.cursor() as cursor:
        cursor.execute(sql, [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields])
        row.pk = cursor.fetchone()[0]
    row._state.adding, row._state.db = False, connection.alias


@cache
def _inserting(model: type[models.Model], instead_of: str) -> tuple[str, list[Any]]:
    fields: list[Any] = [field for field in model._meta.concrete_fields if not field.primary_key]
    quote, key = connection.ops.quote_name, str(model._meta.pk.column)
    columns = [quote(field.column) for field in fields]
    marks = ", ".join(["%s"] * len(fields))
    taken = ", ".join(f"{column} = EXCLUDED.{column}" for column in columns)
    otherwise = f"ON CONFLICT ({quote(instead_of)}) DO UPDATE SET {taken}" if instead_of else ""
    into = f"{quote(model._meta.db_table)} ({', '.join(columns)})"
    return f"INSERT INTO {into} VALUES ({marks}) {otherwise} RETURNING {quote(key)}", fields  # noqa: S608 - our names


def _instance(model: type[models.Model], fields: Sequence[Any], values: Sequence[Any]) -> models.Model | None:
    """The instance of these columns, or None where an outer join found none."""
    names = [field.attname for field in fields]
    if values[names.index(model._meta.pk.attname)] is None:
        return None
    read = [_read(field, value) for field, value in zip(fields, values, strict=True)]
    return model.from_db(connection.alias, names, read)


def _read(field: Any, value: Any) -> Any:
    """As Django reads the column: JSON and encrypted texts have readers of their own."""
    return field.from_db_value(value, None, connection) if hasattr(field, "from_db_value") else value
