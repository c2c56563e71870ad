"""Items that memory has not seen: a new announcement, or one more copy of a known one; and where it should appear."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.alerts import is_told
from bot.decide.case import Case
from bot.decide.chains import chain
from bot.filters import Subject, left_out_by
from bot.match import Joined, in_force, is_shared, same_announcement
from bot.model import (
    Content,
    ItemWrite,
    KnownAnnouncement,
    KnownItem,
    KnownRoute,
    Lane,
    Observed,
    Operation,
    PublicationWrite,
    ties,
)


def arrive(case: Case, observed: Observed, broken: KnownItem | None) -> None:
    """Take in an item that was never seen, or that could not be read until now (``broken``)."""
    case.new_items.append(observed)
    shared = note_link(case, observed)
    known = replace(case.known, announcements=case.announcements, links=case.links)
    joined = same_announcement(observed, known, merge=case.policy.merge, link_is_shared=shared)
    announcement = _join(case, observed, joined) if joined else case.announce(observed)
    if not joined:
        case.lead_to(observed.link, announcement.id)
    case.items.append(
        ItemWrite(
            observed=observed,
            no=broken.no if broken else None,
            announcement=announcement.id,
            version=1,
            withdrawn=observed.withdrawn,
        )
    )
    if observed.withdrawn:
        case.note(observed, "remembered", "withdrawal.unseen", announcement=announcement.id)
        return
    chain(case, observed, announcement)
    if not joined:
        tie_siblings(case, observed, announcement)
    route(case, observed, announcement)


def tie_siblings(case: Case, observed: Observed, announcement: KnownAnnouncement) -> None:
    """Say which announcements tell the same in another language: two posts, linked in the trace."""
    for key in ties(case.policy.id, observed):
        here = [one for one in case.announcements.values() if one.id in case.tied.get(key, ())]
        for other in (*case.known.siblings.get(key, ()), *here):
            if other.id != announcement.id and other.language != announcement.language:
                case.relations.append((announcement.id, other.id, "translates"))
                case.note(observed, "translates", "sibling", announcement=announcement.id, other=other.id)
        case.tied.setdefault(key, set()).add(announcement.id)


def note_link(case: Case, observed: Observed) -> bool:
    """Remember that this item showed its address; true where that is, or now becomes, no identity.

    An address that two native ids of one source carried says nothing about which announcement is meant.
    """
    link = observed.link
    if link is None:
        return True
    known = case.links.get(link)
    if link in case.shared or (known and known.shared):
        return True
    twice_here = any(one.link == link and one.key != observed.key for one in case.sight.observed)
    if not twice_here and not is_shared(observed, case.known):
        return False
    case.shared.append(link)
    case.led.pop(link, None)
    case.note(observed, "no-identity", "link.shared", link=link)
    return True


def route(case: Case, observed: Observed, announcement: KnownAnnouncement) -> None:
    """Want the announcement on each account that this source leads to, as far as that account may hear of it."""
    there = {publication.account for publication in announcement.publications}
    for way in case.known.routes:
        verdict, rule = _verdict(case, observed.content, way, there)
        if verdict == "queued":
            publish(case, observed, announcement, way, rule)
        else:
            case.note(observed, verdict, rule, announcement=announcement.id, account=way.account)


def publish(case: Case, observed: Observed, announcement: KnownAnnouncement, way: KnownRoute, rule: str) -> None:
    """Queue a publication, at the end of the account's line."""
    write = publication(case, announcement, way.account, observed.content)
    case.publications.append(write)
    case.note(
        observed,
        "queued",
        rule,
        announcement=announcement.id,
        account=way.account,
        publication=write.id,
        url=observed.content.url,
    )


def publication(case: Case, announcement: KnownAnnouncement, account: int, content: Content) -> PublicationWrite:
    """Make a publication of an announcement on an account."""
    lane: Lane = "alert" if content.alert else "rest"
    operation: Operation = "boost" if content.boost else "publish"
    return PublicationWrite(
        id=case.new_id(),
        announcement=announcement.id,
        account=account,
        lane=lane,
        operation=operation,
        state="queued",
        wanted=announcement.version,
        # a platform's words may wait a while for the agency's own page
        delay=timedelta() if content.alert or content.own_page else case.policy.settle,
    )


def _verdict(case: Case, content: Content, way: KnownRoute, there: set[int]) -> tuple[str, str]:
    alert = content.alert
    if way.account in there:
        return "there", "merge.one-post"
    left_out = left_out_by(case.policy.include, case.policy.exclude, subject(content))
    if left_out:
        return "dropped", f"filter.{left_out}"
    if alert and not is_told(alert):
        return "dropped", "alert.not-actual"
    if alert and alert.message == "alert" and way.first_contact and not in_force(alert, content.published, case.now):
        return "dropped", "alert.over"
    return _as_news(case, content, way)


def _as_news(case: Case, content: Content, way: KnownRoute) -> tuple[str, str]:
    """Say what becomes of what may be told: posted, gathered in a digest, or remembered only, at first contact."""
    alert = content.alert
    if way.first_contact is None and not (alert and in_force(alert, content.published, case.now)):
        return "remembered", "first-contact"
    if case.policy.digest != "none" and not alert and not content.boost:
        return "gathered", f"digest.{case.policy.digest}"
    return "queued", "first-contact.in-force" if way.first_contact is None else "new"


def subject(content: Content) -> Subject:
    """Give what an operator's patterns look at."""
    return Subject(title=content.title, text=content.text, categories=content.categories, url=content.url or "")


def _join(case: Case, observed: Observed, joined: Joined) -> KnownAnnouncement:
    announcement = joined.announcement
    case.note(
        observed,
        "merged",
        joined.rule,
        announcement=announcement.id,
        evidence=list(joined.evidence),
        url=observed.content.url,
    )
    if observed.link not in case.links:
        case.lead_to(observed.link, announcement.id)
    if observed.content.own_page and not announcement.content.own_page:
        # the agency's own page speaks for what was first seen elsewhere, and the posts get its address
        announcement = case.change(announcement, observed.content, lead_key=observed.key)
        case.note(observed, "leads", "lead.own-page", announcement=announcement.id)
        case.renew(announcement)
    return announcement
