"""The backend's connection, as Django finds it by the name of this module."""

from typing import Any

from django.db.backends.postgresql import base
from psycopg import Error
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes only live connections from the pool.

    After a restart of the server every pooled connection is dead. The pool's own check finds them
    one by one and pauses for a second or more after each; here the first one found dead makes the
    pool replace all of its kind.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        if self.pool is None:
            return connection
        try:
            ConnectionPool.check_connection(connection)
        except Error:
            self.pool.putconn(connection)
            self.pool.check()
            connection = super().get_new_connection(conn_params)
        return connection
