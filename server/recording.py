"""The console's page on which people of the office record the clips that calls are spoken with (docs/voice.md).

A recording is judged here, cut out of its silence and made as loud as the others; it counts once its file and then its
row are durable. Who made it, and when, is in the row.
"""

import asyncio
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from server import pcm
from server.clips import Clips, Recorded, digest_of, keep, recorded, sweep
from server.console_pages import ConsolePages
from server.door import Door, Person
from server.errors import BodyTooLarge, ClipRefused, Disconnected, Refused
from server.http import read_body
from server.ledger import Ledger
from server.pcm import Judged, Problem
from server.people import Role
from server.phrases import words
from sync.phrases import ORDER, clips
from translations import LANGUAGE_NAMES, N_, load

# gettext: console

PROBLEM_WORDS = {
    Problem.SILENT: N_("Nothing was heard. Is the microphone on?"),
    Problem.QUIET: N_("Too quiet: speak nearer to the microphone"),
    Problem.CLIPPED: N_("Too loud: speak a little further from the microphone"),
    Problem.SHORT: N_("Too short: say the words whole"),
    Problem.LONG: N_("Too long: say only these words"),
}
NO_RECORDING = N_("This file cannot be used")
ANOTHER = N_("Record it with the button, or choose another file")


class Recording:
    """The page and its API. `clips` are those that are played: a new recording is spoken from the next call on."""

    def __init__(self, door: Door, pages: ConsolePages, found: Clips) -> None:
        self._door, self._pages, self._clips = door, pages, found
        self._one_by_one = asyncio.Lock()

    def add_to(self, app: FastAPI) -> None:
        """The routes /record and /api/clips."""
        Supervisor = Annotated[Person, Depends(self._door.require(Role.SUPERVISOR))]

        @app.get("/record")
        async def page(request: Request, person: Supervisor, spoken: str = "") -> Response:
            language = spoken if spoken in ORDER else person.language
            return self._pages.page(request, "console_record.html", await self._values(language))

        @app.get("/api/clips/{language}/{clip}")
        async def listen(language: str, clip: str, person: Supervisor) -> Response:
            _known(language, clip)
            found = self._clips.find(language, clip)
            if found is None or not found.path.is_file():
                raise HTTPException(404)
            data = await asyncio.to_thread(found.path.read_bytes)
            return Response(data, media_type=found.media_type, headers={"cache-control": "no-store"})

        @app.post("/api/clips/{language}/{clip}")
        async def record(
            request: Request, language: str, clip: str, person: Supervisor, anyway: bool = False
        ) -> Response:
            _known(language, clip)
            judged = await _judged(request)
            kept = not judged.problems or (anyway and Problem.SILENT not in judged.problems)
            if kept:
                await self._keep(language, clip, judged, person)
            say = load(person.language, "console").gettext
            told = {
                "kept": kept,
                "silent": Problem.SILENT in judged.problems,
                "problems": [say(PROBLEM_WORDS[each]) for each in judged.problems],
                "ms": judged.sound.ms,
            }
            return JSONResponse(told, headers={"cache-control": "no-store"})

        @app.delete("/api/clips/{language}/{clip}")
        async def forget(language: str, clip: str, person: Supervisor) -> Response:
            _known(language, clip)
            async with self._one_by_one:
                await self._door.write(lambda ledger: ledger.clips.remove(language, clip))
                await self._taken_up()
            return Response(status_code=204)

    async def _values(self, language: str) -> dict[str, Any]:
        rows = {each.clip: each for each in await self._door.read(recorded) if each.language == language}
        items = [
            {
                "clip": clip,
                "words": words(language, clip),
                "there": self._clips.find(language, clip) is not None,
                "ours": clip in rows,
            }
            for clip in clips(language)
        ]
        names = [(each, LANGUAGE_NAMES[each]) for each in ORDER]
        return {"spoken": language, "items": items, "names": names, "done": sum(each["there"] for each in items)}

    async def _keep(self, language: str, clip: str, judged: Judged, person: Person) -> None:
        data = await asyncio.to_thread(pcm.write_wav, judged.sound)
        row = Recorded(language, clip, digest_of(data), judged.sound.ms, person.staff, self._door.now())

        def job(ledger: Ledger) -> None:
            ledger.clips.enter(row)

        async with self._one_by_one:  # else one's sweep could take away what another is about to enter
            await asyncio.to_thread(keep, self._clips.folder, row, data)
            await self._door.write(job)
            await self._taken_up()

    async def _taken_up(self) -> None:
        rows = await self._door.read(recorded)
        self._clips.take(rows)
        await asyncio.to_thread(sweep, self._clips.folder, rows)


async def _judged(request: Request) -> Judged:
    if request.headers.get("content-type") != "audio/wav":  # a form's body was read at the door: nothing more comes
        raise Refused(422, "no-recording", NO_RECORDING, hint=ANOTHER)
    try:
        data = await read_body(request.scope, request.receive, pcm.MOST_BYTES)
        return await asyncio.to_thread(lambda: pcm.judge(pcm.read_wav(data)))
    except BodyTooLarge as error:
        raise Refused(413, "too-large", PROBLEM_WORDS[Problem.LONG], hint=ANOTHER) from error
    except (ClipRefused, Disconnected) as error:
        raise Refused(422, "no-recording", NO_RECORDING, hint=ANOTHER) from error


def _known(language: str, clip: str) -> None:
    if language not in ORDER or clip not in clips(language):
        raise HTTPException(404)
