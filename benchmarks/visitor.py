"""One person at a running dashboard: speaks to the server as the page in a browser does, and draws nothing.

Over the same websocket and messages: every widget's state goes with every change, messages that were kept are not sent
again, and pictures are fetched once.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from dataclasses import dataclass, field
from typing import Any, Self

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState, ContextInfo
from streamlit.proto.Common_pb2 import FileUploaderState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

_PATIENCE = 120
"""Seconds after which a page that does not come counts as an error."""
_AGE = 3
"""Runs for which a browser keeps a message that could be used again."""
_WHOLE, _BROKEN = ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_WITH_COMPILE_ERROR


class PageFailed(Exception):
    """What a page was asked for did not come; the message says why."""


@dataclass
class _Screen:
    """What stands on the page: widgets by identity, and what is said of errors."""

    widgets: dict[str, Any] = field(default_factory=dict)
    boxes: dict[str, Any] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    pictures: set[str] = field(default_factory=set)


class Visitor:
    """A person with a browser of their own: one websocket, and the cookies that the server gave.

    Attributes
    ----------
    page
        Name in the address of the page that is shown; empty for the first one.
    pages
        Identity of every page by its name.
    query
        What stands behind the question mark of the address.
    received
        Bytes that came over the websocket.
    """

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        self.page, self.query = "", ""
        self.pages: dict[str, str] = {}
        self.received = 0
        self._screen = _Screen()
        self._states: dict[str, WidgetState] = {}
        self._kept: dict[str, tuple[ForwardMsg, int]] = {}
        self._told: set[str] = set()
        self._runs = 0
        self._fetched: set[str] = set()
        self._parts_run: dict[str, str] = {}
        self._answers: dict[str, asyncio.Future[Any]] = {}
        self._waiting: tuple[str, asyncio.Future[None]] | None = None
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._http = httpx.AsyncClient(base_url=self.address, timeout=_PATIENCE, trust_env=False)

    async def __aenter__(self) -> Self:
        await self.come()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.leave()
        await self.close()

    async def close(self) -> None:
        """Close the browser."""
        await self._http.aclose()

    @property
    def here(self) -> bool:
        """Whether the tab is open and its page has come."""
        return self._socket is not None and bool(self.pages)

    async def come(self, page: str = "", query: str = "") -> float:
        """Open an address in a new tab, and wait for the page.

        Returns
        -------
        float
            Seconds from asking for the address to the finished page.
        """
        start = time.perf_counter()
        self.page, self.query = page, query
        self._screen, self._states = _Screen(), {}
        for path in (f"/{page}", "/_stcore/health", "/_stcore/host-config"):
            (await self._http.get(path)).raise_for_status()
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._http.cookies.jar)
        self._socket = await connect(
            f"{self.address.replace('http', 'ws', 1)}/_stcore/stream",
            origin=self.address,  # type: ignore[arg-type]
            subprotocols=["streamlit", self._http.cookies.get("_streamlit_xsrf", "none")],  # type: ignore[list-item]
            additional_headers={"Cookie": cookies} if cookies else None,
            max_size=None,
            proxy=None,
        )
        self._reader = asyncio.create_task(self._read(self._socket))
        await self._run(named=page)
        return time.perf_counter() - start

    async def leave(self) -> None:
        """Close the tab."""
        if self._socket is not None:
            await self._socket.close()
        if self._reader is not None:
            await self._reader
        self._socket = self._reader = None

    async def turn_to(self, page: str) -> float:
        """Open another page from the menu; seconds until it stands."""
        self.page, self.query = page, ""
        return await self._run()

    async def follow(self, query: str) -> float:
        """Show the same page at another address, as the browser's button for going back does."""
        self.query = query
        return await self._run()

    async def choose(self, key: str, value: str) -> float:
        """Choose an option of a select box by its words; seconds until the page stands."""
        box = self._screen.widgets[key]
        self._states[box.id] = WidgetState(id=box.id, string_value=value)
        return await self._run()

    async def write(self, key: str, text: str) -> float:
        """Fill in a field of text; seconds until the page stands."""
        widget = self._screen.widgets[key]
        self._states[widget.id] = WidgetState(id=widget.id, string_value=text)
        return await self._run()

    def fill_in(self, key: str, text: str) -> None:
        """Fill in a field of a form, which is sent with the form."""
        widget = self._screen.widgets[key]
        self._states[widget.id] = WidgetState(id=widget.id, string_value=text)

    async def press(self, key: str) -> float:
        """Press a button by its key or its words; seconds until the page stands."""
        button = self.widget(key)
        return await self._run(pressed=button.id)

    async def open(self, key: str) -> float:
        """Open a part of the page, or close it; seconds until its part stands."""
        part = self._screen.boxes[key]
        opened = self._states[part.id].bool_value if part.id in self._states else part.expanded
        self._states[part.id] = WidgetState(id=part.id, bool_value=not opened)
        return await self._run(part=self._parts_run[key])

    async def upload(self, key: str, name: str, content: bytes) -> float:
        """Give a file to an uploader; seconds until the page stands."""
        uploader = self._screen.widgets[key]
        number = str(time.perf_counter_ns())
        self._answers[number] = asyncio.get_running_loop().create_future()
        ask = BackMsg()
        ask.file_urls_request.request_id = number
        ask.file_urls_request.file_names.append(name)
        ask.file_urls_request.session_id = "unused"
        start = time.perf_counter()
        await self._send(ask)
        urls = (await asyncio.wait_for(self._answers[number], _PATIENCE)).file_urls[0]
        token = {"X-Xsrftoken": self._http.cookies.get("_streamlit_xsrf", "")}
        sent = await self._http.put(urls.upload_url, files={"file": (name, content)}, headers=token)
        sent.raise_for_status()
        state = FileUploaderState()
        state.uploaded_file_info.add(name=name, size=len(content), file_id=urls.file_id, file_urls=urls)
        self._states[uploader.id] = WidgetState(id=uploader.id, file_uploader_state_value=state)
        await self._run()
        return time.perf_counter() - start

    def widget(self, key: str) -> Any:  # noqa: ANN401
        """A widget by its key, or by its words where it has no key."""
        held = self._screen.widgets
        return held[key] if key in held else next(w for w in held.values() if getattr(w, "label", None) == key)

    @property
    def keys(self) -> list[str]:
        """Keys of the widgets on the page."""
        return list(self._screen.widgets)

    def options(self, key: str) -> list[str]:
        """What a select box offers; empty where there is none."""
        return list(self._screen.widgets[key].options) if key in self._screen.widgets else []

    def filters(self) -> list[str]:
        """Keys of the filters on the page that offer a choice."""
        return [key for key in self._screen.widgets if key.startswith("filter_") and len(self.options(key)) > 1]

    def parts(self) -> list[str]:
        """Keys of the parts that can be opened."""
        return [key for key in self._screen.boxes if key in self._parts_run]

    async def _run(self, named: str | None = None, part: str = "", pressed: str = "") -> float:
        start = time.perf_counter()
        if self._waiting is not None:
            raise RuntimeError("One thing at a time: the page before is still awaited.")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting = (part, done)
        try:
            await self._ask(named=named, part=part, pressed=pressed)
            await asyncio.wait_for(done, _PATIENCE)
        except TimeoutError as why:
            raise PageFailed(f"The page did not come within {_PATIENCE} seconds") from why
        finally:
            self._waiting = None
        taken = time.perf_counter() - start
        if self._screen.errors:
            raise PageFailed(self._screen.errors[0])
        return taken

    async def _ask(self, named: str | None = None, part: str = "", pressed: str = "") -> None:
        self._told = set(self._kept)
        states = [*self._states.values(), *([WidgetState(id=pressed, trigger_value=True)] if pressed else [])]
        state = ClientState(
            query_string=self.query,
            page_script_hash="" if named is not None else self.pages.get(self.page, ""),
            page_name=named or "",
            fragment_id=part,
            cached_message_hashes=list(self._kept),
            context_info=ContextInfo(
                timezone="Europe/London", locale="en-GB", url=f"{self.address}/{self.page}", color_scheme="light"
            ),
        )
        state.widget_states.widgets.extend(states)
        await self._send(BackMsg(rerun_script=state))

    async def _send(self, message: BackMsg) -> None:
        if self._socket is None:
            raise PageFailed("The tab is closed")
        await self._socket.send(message.SerializeToString())

    async def _read(self, socket: ClientConnection) -> None:
        why = "The server closed the connection"
        try:
            async for data in socket:
                self.received += len(data)
                message = ForwardMsg()
                message.ParseFromString(data)
                await self._take(message)
        except ConnectionClosed as closed:
            why = f"The connection broke: {closed}"
        except httpx.HTTPError as error:
            why = f"A picture did not come: {error!r}"
        except PageFailed as failed:
            why = str(failed)
        self._fail(why)

    def _fail(self, why: str) -> None:
        if self._waiting is not None and not self._waiting[1].done():
            self._waiting[1].set_exception(PageFailed(why))

    async def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            if message.ref_hash not in self._kept:
                raise PageFailed("The server refers to a message that it was not told is kept")
            whole = ForwardMsg()
            whole.CopyFrom(self._kept[message.ref_hash][0])
            whole.metadata.CopyFrom(message.metadata)
            self._kept[message.ref_hash] = (whole, self._runs)
            message, kind = whole, whole.WhichOneof("type")
        elif message.metadata.cacheable and message.hash:
            self._kept[message.hash] = (message, self._runs)
        match kind:
            case "new_session":
                if not message.metadata.run.fragment_ids:
                    self._screen = _Screen()
                    self._parts_run = {}
            case "navigation":
                self.pages = {
                    "" if page.is_default else page.url_pathname: page.page_script_hash
                    for page in message.navigation.app_pages
                }
            case "page_info_changed":
                self.query = message.page_info_changed.query_string
            case "file_urls_response":
                self._answers.pop(message.file_urls_response.response_id).set_result(message.file_urls_response)
            case "delta":
                await self._draw(message)
            case "script_finished":
                self._finished(message)

    def _finished(self, message: ForwardMsg) -> None:
        status, ran = message.script_finished, list(message.metadata.run.fragment_ids)
        if status in (_WHOLE, _BROKEN):
            self._runs += 1
            # What a request that is under way says to be kept may still be referred to.
            self._kept = {
                key: kept for key, kept in self._kept.items() if key in self._told or self._runs - kept[1] < _AGE
            }
            self._states = {key: state for key, state in self._states.items() if key in self._identities()}
        if status == _BROKEN:
            self._fail("The script can't be run")
        if self._waiting is None or self._waiting[1].done():
            return
        # A part that has run is called interrupted where another part follows before its message is on its way.
        if status == _WHOLE or (self._waiting[0] and self._waiting[0] in ran):
            self._waiting[1].set_result(None)

    def _identities(self) -> set[str]:
        return {widget.id for widget in itertools.chain(self._screen.widgets.values(), self._screen.boxes.values())}

    async def _draw(self, message: ForwardMsg) -> None:
        delta = message.delta
        if delta.WhichOneof("type") == "add_block":
            if delta.add_block.WhichOneof("type") == "expandable" and delta.add_block.expandable.id:
                part = delta.add_block.expandable
                self._screen.boxes[_key(part.id)] = part
                self._parts_run[_key(part.id)] = delta.fragment_id
            return
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind is None:
            return
        body = getattr(element, kind)
        if kind == "exception":
            self._screen.errors.append(f"{body.type}: {body.message}")
        elif kind == "alert" and body.title == "This page could not be drawn":
            self._screen.errors.append(body.title)
        elif kind == "imgs":
            for picture in body.imgs:
                await self._fetch(picture.url)
        elif getattr(body, "id", ""):
            self._screen.widgets[_key(body.id)] = body
            if getattr(body, "set_value", False) and hasattr(body, "raw_value"):
                self._states[body.id] = WidgetState(id=body.id, string_value=body.raw_value)

    async def _fetch(self, url: str) -> None:
        """Fetch a picture that this browser has not fetched before."""
        if url.startswith("/") and url not in self._fetched:
            self._fetched.add(url)
            (await self._http.get(url)).raise_for_status()


def _key(identity: str) -> str:
    """The key that the code gave to a widget, or its whole identity where it gave none."""
    key = identity.split("-", 2)[-1]
    return identity if key == "None" else key
