"""Stands before moto: lets a request through where IAM would, and answers it where IAM would not."""

import logging
from http import HTTPStatus

from flask import Request, Response, request

from scripts.local.aws import access, policies, request_facts
from scripts.local.aws.authorization import callers, calls, refusals, s3, services
from scripts.local.aws.authorization.callers import Caller
from scripts.local.aws.authorization.demands import Demand, Place

log = logging.getLogger(__name__)

_NOT_OF_AWS = ("moto_api", "instance_metadata")
_ABSENT = frozenset({"kms:encryptioncontext:*", "kms:viaservice", "lambda:sourcefunctionarn", "s3:requestobjecttag/*"})
"""Keys that a request has not got where its demand does not name them."""


def check(backend: str) -> Response | None:
    """Judge the running request to one of moto's backends; None lets it through."""
    if backend in _NOT_OF_AWS:
        return None
    signed, place = request_facts.credential(), _place()
    caller = callers.of_request(request, signed.access_key, place)
    if caller is None:
        return refusals.unknown_caller(signed.service or backend, request)
    if caller.is_operator and signed.service != "sts":
        return None
    for demand in _demands(signed.service, request, place):
        verdict = _judged(demand, caller)
        word = "allows" if verdict.allowed else "refuses"
        through = f" through {demand.facts['kms:viaservice']}" if "kms:viaservice" in demand.facts else ""
        log.info("IAM %s %s %s %s%s", word, caller.name, demand.action, demand.resource, through)
        if not verdict.allowed:
            reason = f"{caller.name} may not do this on {demand.resource}: {verdict.reason}"
            return refusals.denied(signed.service, request, reason)
    return None


def after(backend: str, response: Response) -> Response:
    """Note whom a session was given to, once moto has made it."""
    succeeded = backend == "sts" and response.status_code == HTTPStatus.OK
    if succeeded and calls.read(backend, request).operation == "AssumeRole":
        callers.remember_source(request, _place())
    return response


def _place() -> Place:
    region = request_facts.credential().region
    return Place(request_facts.partition(region), region, request_facts.account_id())


def _demands(service: str, asked: Request, place: Place) -> list[Demand]:
    if service == "s3":
        return s3.demands(asked, place)
    return services.demands(calls.read(service, asked), place)


def _judged(demand: Demand, caller: Caller) -> access.Verdict:
    known = request_facts.current_facts(caller.principal)
    facts = policies.Facts({**known.values, **caller.facts, **demand.facts}, known.absent | _ABSENT)
    return access.judge(
        access.Policies(caller.identity, caller.limits, demand.resource_policy, demand.rests_on_resource),
        policies.Request(demand.action, demand.resource, caller.principal, facts),
    )
