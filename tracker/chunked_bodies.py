"""Bodies that come in chunks, without their length: Django by itself reads nothing of them."""

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

# One byte over what any address of the API takes: enough to refuse what is too large.
MAX_BODY_BYTES = 16 * 1024 * 1024 + 1

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def add_content_length(application: Application) -> Application:
    """The application, with the length of each body that the server has put together."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        is_in_chunks = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
        # Forms have a length: the body of any other is not read.
        is_api = environ.get("PATH_INFO", "").startswith("/api/")
        if is_api and is_in_chunks and environ.get("wsgi.input_terminated"):
            body = environ["wsgi.input"].read(MAX_BODY_BYTES)
            environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        return application(environ, start_response)

    return answer
