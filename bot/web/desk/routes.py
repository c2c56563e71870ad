"""Which address of the desk leads where: what is looked at by GET, and what is done by POST alone."""

from __future__ import annotations

from starlette.routing import Route

from bot.web.bodies import Door
from bot.web.desk import acts, log, overview, places, post, queue, replay
from bot.web.desk.entrance import Entrance, Page
from bot.web.desk.forms import LARGEST
from bot.web.desk.handed import Desk
from bot.web.site import Site

DOOR = Door(path="/desk", largest=LARGEST)

LOOKED_AT: dict[str, Page] = {
    "/desk": overview.overview,
    "/desk/queue": queue.queue,
    "/desk/posts/{id}": post.post,
    "/desk/sources": places.sources,
    "/desk/sources/{id}": places.source,
    "/desk/accounts/{id}": places.account,
    "/desk/replay": replay.replay,
    "/desk/log": log.log,
}
DONE: dict[str, Page] = {
    "/desk/stop": acts.stop,
    "/desk/resume": acts.go_on,
    "/desk/queue/approve": queue.approve_lot,
    "/desk/queue/drop": queue.drop_lot,
    "/desk/posts/{id}/mend": acts.mend,
    "/desk/posts/{id}/split": acts.split,
    "/desk/posts/{id}/join": acts.join,
    "/desk/posts/{id}/{act}": acts.change,
    "/desk/sources/{id}/pause": acts.pause_source,
    "/desk/accounts/{id}/pause": acts.pause_account,
    "/desk/replay/do": replay.carry_out,
}


def desk_routes(site: Site, desk: Desk) -> list[Route]:
    """Give the routes of a site's desk."""
    entrance = Entrance(site=site, desk=desk)
    return [
        Route("/desk/sign-in", entrance.door),
        Route("/desk/sign-in", entrance.sign_in, methods=["POST"]),
        Route("/desk/sign-out", entrance.acting(entrance.sign_out, writes=False), methods=["POST"]),
        *[Route(path, entrance.looking(page)) for path, page in LOOKED_AT.items()],
        *[Route(path, entrance.acting(page), methods=["POST"]) for path, page in DONE.items()],
    ]
