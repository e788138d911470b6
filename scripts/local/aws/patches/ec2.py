"""Patches of moto's EC2."""

from collections.abc import Iterator
from typing import Any

from moto.ec2.models.flow_logs import FlowLogs, FlowLogsBackend
from moto.ec2.models.security_groups import SecurityGroupBackend, SecurityGroupRule
from moto.ec2.models.vpcs import VPCBackend

from scripts.local.aws.patches.registry import Replacements, patch

_DESCRIPTION = "local_aws_description"


@patch
def delivers_flow_logs_below_a_prefix(moto: Replacements) -> None:
    """Flow logs to `bucket/prefix` are refused: all of it is taken as the bucket's name."""
    original = FlowLogsBackend.create_flow_logs

    def create_flow_logs(self: FlowLogsBackend, *arguments: Any, **named: Any) -> tuple[list[FlowLogs], list[Any]]:
        destination = named.get("log_destination")
        if named.get("log_destination_type") != "s3" or not destination:
            return original(self, *arguments, **named)
        named["log_destination"] = destination.partition("/")[0]
        created, refused = original(self, *arguments, **named)
        for flow_log in created:
            flow_log.log_destination = destination
        return created, refused

    moto.replace(FlowLogsBackend, "create_flow_logs", create_flow_logs)


@patch
def keeps_descriptions_of_rules(moto: Replacements) -> None:
    """The description of a rule for a security group or a prefix list is lost."""
    original_init, original_modify = SecurityGroupRule.__init__, SecurityGroupBackend.modify_security_group_rules

    def init(
        self: SecurityGroupRule,
        ec2_backend: Any,
        ip_protocol: str,
        group_id: str,
        from_port: str | None,
        to_port: str | None,
        ip_range: dict[str, str] | None,
        source_group: dict[str, str] | None = None,
        prefix_list_id: dict[str, str] | None = None,
        **named: Any,
    ) -> None:
        vars(self)[_DESCRIPTION] = (source_group or prefix_list_id or {}).get("Description")
        original_init(
            self,
            ec2_backend,
            ip_protocol,
            group_id,
            from_port,
            to_port,
            ip_range,
            source_group,
            prefix_list_id,
            **named,
        )

    def modify_security_group_rules(
        self: SecurityGroupBackend, group_id: str, rules: dict[str, dict[str, Any]]
    ) -> None:
        original_modify(self, group_id, rules)
        for rule, given in _modified(self, group_id, rules):
            vars(rule)[_DESCRIPTION] = given.get("Description")

    def description(self: SecurityGroupRule) -> str | None:
        return self.ip_range.get("Description") or vars(self).get(_DESCRIPTION)

    moto.replace(SecurityGroupRule, "__init__", init)
    moto.replace(SecurityGroupRule, "description", property(description))
    moto.replace(SecurityGroupBackend, "modify_security_group_rules", modify_security_group_rules)


@patch
def modifies_what_rules_refer_to(moto: Replacements) -> None:
    """Changing the security group, prefix list or IPv6 range of a rule is accepted and ignored."""
    original = SecurityGroupBackend.modify_security_group_rules

    def modify_security_group_rules(
        self: SecurityGroupBackend, group_id: str, rules: dict[str, dict[str, Any]]
    ) -> None:
        original(self, group_id, rules)
        for rule, given in _modified(self, group_id, rules):
            if referenced := given.get("ReferencedGroupId"):
                rule.source_group = {**rule.source_group, "GroupId": referenced}
            if prefix_list := given.get("PrefixListId"):
                rule.prefix_list_id = prefix_list
            if cidr := given.get("CidrIpv6"):
                rule.ip_range = {**rule.ip_range, "CidrIpv6": cidr}

    moto.replace(SecurityGroupBackend, "modify_security_group_rules", modify_security_group_rules)


@patch
def forgets_deleted_endpoints(moto: Replacements) -> None:
    """Deleted VPC endpoints are listed for ever, which hides whether a destroy left something."""
    original = VPCBackend.delete_vpc_endpoints

    def delete_vpc_endpoints(self: VPCBackend, vpce_ids: list[str] | None = None) -> None:
        original(self, vpce_ids)
        for endpoint_id in vpce_ids or []:
            self.vpc_end_points.pop(endpoint_id, None)

    moto.replace(VPCBackend, "delete_vpc_endpoints", delete_vpc_endpoints)


def _modified(
    backend: SecurityGroupBackend, group_id: str, rules: dict[str, dict[str, Any]]
) -> Iterator[tuple[SecurityGroupRule, dict[str, Any]]]:
    group = backend.get_security_group_by_name_or_id(group_id)
    assert group, "moto has just modified its rules"
    for rule_id, given in rules.items():
        rule = group.get_rule(rule_id)
        assert rule, "moto has just modified it"
        yield rule, given
