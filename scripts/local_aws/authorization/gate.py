"""Stands before moto: lets a request through where IAM would, and answers it where IAM would not."""

import logging

from flask import Request, Response, request

from local_aws import access, policies, request_facts
from local_aws.authorization import callers, calls, refusals, s3, services
from local_aws.authorization.callers import Caller
from local_aws.authorization.demands import Demand, Place

log = logging.getLogger(__name__)

_NOT_OF_AWS = ("moto_api", "instance_metadata")
_ABSENT = frozenset({"kms:encryptioncontext:*", "kms:viaservice", "lambda:sourcefunctionarn", "s3:requestobjecttag/*"})
"""Keys that a request has not got where its demand does not name them."""


def check(service: str) -> Response | None:
    """Judge the running request to one of moto's services; None lets it through."""
    if service in _NOT_OF_AWS:
        return None
    access_key, region = request_facts.credential()
    place = Place(request_facts.partition(region), region, request_facts.account_id())
    caller = callers.of_request(request, access_key, place)
    if caller is None:
        return refusals.unknown_caller(service, request)
    if caller.is_operator and service != "sts":
        return None
    for demand in _demands(service, request, place):
        verdict = _judged(demand, caller)
        log.info(
            "IAM %s %s %s %s", "allows" if verdict.allowed else "refuses", caller.name, demand.action, demand.resource
        )
        if not verdict.allowed:
            return refusals.denied(
                service, request, f"{caller.name} may not do this on {demand.resource}: {verdict.reason}"
            )
    return None


def after(service: str, response: Response) -> Response:
    """Note whom a session was given to, once moto has made it."""
    if service == "sts" and response.status_code == 200 and calls.read(service, request).operation == "AssumeRole":
        _, region = request_facts.credential()
        callers.remember_source(request, Place(request_facts.partition(region), region, request_facts.account_id()))
    return response


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
