"""A Mastodon account as a place to publish, through Mastodon.py; other servers with its API are met as they are.

Mastodon.py is imported, and the connection made, with the first request. It gets a version, so that it never asks for
one: asking during an outage recursed through 974 requests (``version_check_mode="created"``, since "none" sends uploads to
a retired address). It never sleeps (``throw``), never waits longer than configured, and no ``lang`` is set, which would
leak into every other account of the process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from adapters.contract import AccountConfig, Attached, Identity, Limits, Picture, Post, Profile, Receipt, RemotePost
from adapters.errors import AdapterError, AuthFailed, Gone, Malformed, Refused, Temporary
from adapters.mastodon.errors import Answer, Loss, budget, declined, lost, unreadable
from adapters.mastodon.shapes import host, limits, plain, profile, remote_post

if TYPE_CHECKING:
    from adapters.mastodon.wire import Wire

EXPECTED_VERSION = "4.3.0"
"""What Mastodon.py is told. What a server can do is read from the server, in ``Limits.features``."""
PAGE = 40
"""How many posts Mastodon gives at once at most."""
PROCESSING = 5.0
"""Seconds after which it makes sense to ask again for a file that is being processed."""
MARKUP_FAMILIES = frozenset({"gotosocial", "pleroma"})
"""Where an account may be set to write Markdown: there we say that our text is none."""


class MastodonPublisher:
    """One account on one server, over one connection that is kept alive, one request at a time."""

    def __init__(self, config: AccountConfig) -> None:
        self._config = config
        self._turn = threading.Lock()
        self._client: Any = None
        self._wire: Wire | None = None
        self._limits: Limits | None = None
        self._account: str | None = None

    def identity(self) -> Identity:
        """Who the token belongs to. Raises ``AuthFailed`` where it is not accepted."""
        me = self._verified()
        name = str(me.get("acct") or me.get("username") or "").partition("@")[0]
        server = host(self._instance(), self._config.server)
        url = me.get("url")
        return Identity(
            acct=f"{name}@{server}",
            remote_id=self._account_id(me),
            url=url if isinstance(url, str) else None,
            application=self._application(),
        )

    def limits(self) -> Limits:
        """What the server allows now."""
        self._limits = limits(self._instance())
        return self._limits

    def profile(self) -> Profile:
        """How the account presents itself now, and what its server allows there."""
        return profile(self._verified(), self._instance())

    def set_profile(self, profile: Profile) -> Profile:
        """Let it present itself so. Needs the scope write:accounts, which posting does not."""
        wanted = list(profile.fields) + [("", "")] * max(0, profile.limits.fields - len(profile.fields))
        answer = self._ask(
            lambda api: api.account_update_credentials(
                display_name=profile.name,
                note=profile.note,
                bot=profile.bot,
                discoverable=profile.discoverable,
                fields=wanted,  # the rest is emptied: a field that is not named stays as it was
                default_language=profile.language,
                default_quote_policy=profile.quotes,
                avatar_description=profile.avatar_alt,
            )
        )
        self._accepted(answer)
        return self.profile()

    def publish(self, post: Post, key: str) -> Receipt:
        """Publish. Raises ``Gone(about="parent" | "quote")`` where that is not there.

        ``Gone`` about nothing: a post with this key was published before, and deleted since.
        """
        allowed = self._limits or self.limits()
        seat_belt = {"allowed_mentions[]": ""} if "allowed_mentions" in allowed.features else {}
        answer = self._ask(
            lambda api: api.status_post(
                post.text,
                in_reply_to_id=post.in_reply_to,
                media_ids=[medium.remote_id for medium in post.media] or None,
                sensitive=post.sensitive,
                visibility=post.visibility,
                spoiler_text=post.spoiler_text or None,
                language=post.language or None,
                idempotency_key=key,
                content_type="text/plain" if allowed.family in MARKUP_FAMILIES else None,
                quoted_status_id=post.quote,
            ),
            changes=True,
            also=seat_belt,
        )
        if not answer.accepted:
            raise self._not_published(answer, post)
        return self._receipt(answer)

    def edit(self, remote_id: str, post: Post) -> Receipt:
        """Make a published post say exactly this: Mastodon removes what an edit leaves out."""
        allowed = self._limits or self.limits()
        plain_text = {"content_type": "text/plain"} if allowed.family in MARKUP_FAMILIES else {}
        answer = self._ask(
            lambda api: api.status_update(
                quote(remote_id, safe=""),
                post.text,
                spoiler_text=post.spoiler_text,
                # For every file, also where there is none: Mastodon.py then sends JSON, with the ids in order.
                media_attributes=[{"id": medium.remote_id, "description": medium.alt} for medium in post.media],
            ),
            changes=True,
            also={"language": post.language, "sensitive": post.sensitive} | plain_text,
        )
        if answer.status == HTTPStatus.NOT_FOUND and self.post(remote_id) is not None:
            raise Refused("The server cannot edit posts", code="mastodon.not-editable", status=404)
        return self._receipt(self._accepted(answer, changes=True))

    def delete(self, remote_id: str) -> None:
        """Take a post away, and its media at once; a post that is not there any more is a success."""
        answer = self._ask(lambda api: api.status_delete(quote(remote_id, safe=""), delete_media=True), changes=True)
        if not self._is_gone(answer):
            self._accepted(answer, changes=True)

    def boost(self, target: str) -> Receipt:
        """Boost the post with this ActivityPub id or address: the server looks it up, and fetches it if it must.

        Raises ``Gone(about="target")`` where it does not find it, which may be the fault of a third server.
        """
        found = self._found(target)
        answer = self._ask(lambda api: api.status_reblog(found), changes=True)
        if answer.status == HTTPStatus.FORBIDDEN and self._is_ours():
            raise Refused("The post may not be boosted", code="mastodon.not-boostable", status=403)
        return self._receipt(self._accepted(answer, changes=True))

    def unboost(self, remote_id: str) -> None:
        """Take a boost back. Servers know it by the boosted post, which the boost names."""
        shown = self.post(remote_id)
        if shown is None:
            return
        original = quote(shown.boost_of or remote_id, safe="")
        answer = self._ask(lambda api: api.status_unreblog(original), changes=True)
        if not self._is_gone(answer):
            self._accepted(answer, changes=True)

    def upload(self, picture: Picture) -> Attached:
        """Hand a picture over. Not ready: the server answered 202 and works on it."""
        answer = self._ask(
            lambda api: api.media_post(
                picture.body, mime_type=picture.mime, description=picture.alt, file_name=picture.name
            )
        )
        medium = self._object(self._media_accepted(answer))
        return Attached(remote_id=str(medium["id"]), alt=picture.alt, ready=bool(medium.get("url")))

    def ready(self, media_id: str) -> bool:
        """Whether a picture can be used now (206: not yet)."""
        answer = self._ask(lambda api: api.media(quote(media_id, safe="")))
        if self._is_gone(answer):
            raise Gone("The server has no such file (any more)", code="mastodon.media-gone", status=404, about="media")
        return self._media_accepted(answer).status != HTTPStatus.PARTIAL_CONTENT

    def timeline(self, before: str | None = None) -> tuple[RemotePost, ...]:
        """One page of the account's own posts, newest first. Always by ``max_id``: GoToSocial ignores ``since_id``."""
        account = self._account or self._account_id(self._verified())
        answer = self._accepted(self._ask(lambda api: api.account_statuses(account, max_id=before, limit=PAGE)))
        posts = answer.json()
        if not isinstance(posts, list):
            raise unreadable(answer, changes=False)
        return tuple(_read_post(post, answer, changes=False) for post in posts)

    def post(self, remote_id: str) -> RemotePost | None:
        """One post; None where it is not there."""
        answer = self._ask(lambda api: api.status(quote(remote_id, safe="")))
        return None if self._is_gone(answer) else _read_post(self._accepted(answer).json(), answer, changes=False)

    def history(self, remote_id: str) -> tuple[str, ...]:
        """Every text that a post has had: its source, then its versions. Takahe has no versions."""
        one = quote(remote_id, safe="")
        source = self._if_there(self._ask(lambda api: api.status_source(one)))
        versions = self._if_there(self._ask(lambda api: api.status_history(one)))
        texts = [str(source.get("text") or "")] if isinstance(source, dict) else []
        texts += [plain(str(version.get("content") or "")) for version in versions or () if isinstance(version, dict)]
        if not any(texts) and (shown := self.post(remote_id)) is not None:
            texts = [shown.text]
        return tuple(dict.fromkeys(text for text in texts if text))

    def close(self) -> None:
        """Give the connection back."""
        with self._turn:
            if self._wire is not None:
                self._wire.close()

    # ── one request ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _ask(
        self, say: Callable[[Any], object], *, changes: bool = False, also: Mapping[str, object] | None = None
    ) -> Answer:
        """Make one request through Mastodon.py and give the answer, whatever its status. Raises where none came."""
        with self._turn:
            wire = self._connected()
            outcome = wire.hear(lambda: say(self._client), also or {})
        if isinstance(outcome, Loss):
            raise lost(outcome, changes=changes, timeout=self._config.timeout)
        return outcome

    def _connected(self) -> Wire:
        if self._wire is None:
            from mastodon import Mastodon  # heavy, and not needed to say that nothing is due

            from adapters.mastodon.wire import Wire

            token, wire = self._token(), Wire(self._config.proxy)
            self._client = Mastodon(
                api_base_url=self._config.server,
                session=wire,
                request_timeout=self._config.timeout,
                user_agent=self._config.user_agent,
                ratelimit_method="throw",
                version_check_mode="created",
                mastodon_version=EXPECTED_VERSION,
            )
            # Not as an argument: where a file has that name, Mastodon.py takes what is in it.
            self._client.access_token = token
            self._wire = wire
        return self._wire

    def _token(self) -> str:
        """Give the token, refused where it cannot stand in a header: requests would quote it in its complaint."""
        token = self._config.token
        if token and token.isascii() and token.isprintable() and " " not in token:
            return token
        raise AuthFailed(
            "The token is empty or holds characters that no token has",
            code="mastodon.token",
            remedy="Copy the token again, without spaces and line ends.",
        )

    # ── what came of it ─────────────────────────────────────────────────────────────────────────────────────────────

    def _accepted(self, answer: Answer, *, changes: bool = False) -> Answer:
        """Give an accepting answer back. Raises what any other means."""
        if answer.accepted:
            return answer
        raise self._declined(answer, changes=changes)

    def _declined(self, answer: Answer, *, changes: bool = False) -> AdapterError:
        if answer.status == HTTPStatus.BAD_REQUEST and answer.json() is None and not self._is_ours():
            # Takahe: 400 and plain text for a token that it does not know.
            return AuthFailed("The server does not accept the token", code="mastodon.token", status=400)
        return declined(answer, changes=changes, timeout=self._config.timeout)

    def _media_accepted(self, answer: Answer) -> Answer:
        """Let a refusal say what it is about: the request was about nothing else."""
        if answer.accepted:
            return answer
        error = self._declined(answer)
        if isinstance(error, Refused):
            error.about = "media"
        raise error

    def _object(self, answer: Answer) -> dict[str, Any]:
        """Give the JSON object of an answer that has an id. Raises ``Temporary`` where there is none."""
        found = answer.json()
        if not isinstance(found, dict) or not found.get("id"):
            raise unreadable(answer, changes=False)
        return found

    def _receipt(self, answer: Answer) -> Receipt:
        post = _read_post(answer.json(), answer, changes=True)
        return Receipt(remote_id=post.remote_id, url=post.url, post=post, budget=budget(answer))

    def _not_published(self, answer: Answer, post: Post) -> AdapterError:
        """Say why a post was not published, looking at what it refers to rather than at the server's words."""
        related = [(about, i) for about, i in (("parent", post.in_reply_to), ("quote", post.quote)) if i]
        if answer.status == HTTPStatus.NOT_FOUND:
            return self._missing(answer, related)
        if answer.status == HTTPStatus.FORBIDDEN and related and self._is_ours():
            return Refused("The server forbids this answer", code="mastodon.forbidden", status=403, about="parent")
        if answer.status in {400, 422} and (trouble := self._media_trouble(post)) is not None:
            return trouble
        return self._declined(answer, changes=True)

    def _missing(self, answer: Answer, related: list[tuple[str, str]]) -> AdapterError:
        for about, remote_id in related:
            if self.post(remote_id) is None:
                return Gone(f"The {about} is not there", code=f"mastodon.{about}-gone", status=404, about=about)
        if answer.json() is not None:
            return Gone("What this key published was deleted since", code="mastodon.deleted-since", status=404)
        return _not_the_api(answer)

    def _media_trouble(self, post: Post) -> AdapterError | None:
        for medium in post.media:
            try:
                if not self.ready(medium.remote_id):
                    sentence, code = "The server still works on a picture", "mastodon.media-processing"
                    return Temporary(sentence, code=code, retry_after=PROCESSING)
            except Gone as error:
                return Refused(str(error), code=error.code, status=error.status, about="media")
            except Refused as error:
                return error
        return None

    def _is_gone(self, answer: Answer) -> bool:
        """Tell whether a 404 is about the thing: JSON, or a page from a server that otherwise knows us (Takahe)."""
        if answer.status not in {404, 410}:
            return False
        if answer.json() is None and not self._is_ours():
            raise _not_the_api(answer)
        return True

    def _if_there(self, answer: Answer) -> Any:
        return None if self._is_gone(answer) else self._accepted(answer).json()

    # ── who and where ───────────────────────────────────────────────────────────────────────────────────────────────

    def _is_ours(self) -> bool:
        """Tell whether the server still knows our token."""
        return self._ask(lambda api: api.account_verify_credentials()).accepted

    def _verified(self) -> dict[str, Any]:
        answer = self._ask(lambda api: api.account_verify_credentials())
        if answer.status == HTTPStatus.BAD_REQUEST:
            raise AuthFailed("The server does not accept the token", code="mastodon.token", status=400)
        if answer.status in {404, 410}:
            raise Malformed(
                "There is no Mastodon API at this address",
                code="mastodon.no-api",
                remedy="Check `server` of the account.",
                status=answer.status,
            )
        return self._object(self._accepted(answer))

    def _account_id(self, me: dict[str, Any]) -> str:
        self._account = str(me["id"])
        return self._account

    def _application(self) -> str | None:
        """Give the name that the server knows our program by, None where it does not say."""
        answer = self._ask(lambda api: api.app_verify_credentials())
        said = answer.json() if answer.accepted else None
        name = said.get("name") if isinstance(said, dict) else None
        return name if isinstance(name, str) else None

    def _instance(self) -> dict[str, Any]:
        answer = self._ask(lambda api: api.instance_v2())
        if answer.status in {404, 410}:
            answer = self._ask(lambda api: api.instance_v1())
        described = self._accepted(answer).json()
        if not isinstance(described, dict):
            raise unreadable(answer, changes=False)
        return described

    def _found(self, target: str) -> str:
        """Give the id that the server knows a post by."""
        answer = self._ask(lambda api: api.search_v2(target, resolve=True), also={"type": "statuses"})
        if answer.status == HTTPStatus.FORBIDDEN and self._is_ours():
            raise Refused(
                "The token may not look posts up",
                code="mastodon.no-search",
                remedy="Boosting needs a token with the scope read:search.",
                status=403,
            )
        found = self._accepted(answer).json()
        statuses = found.get("statuses") if isinstance(found, dict) else None
        if not isinstance(statuses, list):
            raise unreadable(answer, changes=False)
        if not statuses:
            raise Gone(
                "The server does not find the post that is to be boosted", code="mastodon.not-found", about="target"
            )
        return quote(_read_post(statuses[0], answer, changes=False).remote_id, safe="")


def _read_post(status: object, answer: Answer, *, changes: bool) -> RemotePost:
    if not isinstance(status, dict) or not status.get("id"):
        raise unreadable(answer, changes=changes)
    return remote_post(status)


def _not_the_api(answer: Answer) -> Temporary:
    return Temporary(
        "Something before the server answered in its place",
        code="mastodon.unexpected",
        remedy="Check `server` of the account, and whether the server is up.",
        status=answer.status,
    )
