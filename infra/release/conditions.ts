import type { Properties, Value } from "./cfn.ts";

const is = (name: string, value: Value): Properties => ({ "Fn::Equals": [{ Ref: name }, value] });
const not = (condition: Value): Properties => ({ "Fn::Not": [condition] });
const isSet = (name: string): Properties => not(is(name, ""));

export const CONDITIONS: Properties = {
  HasConfiguration: isSet("Configuration"),
  WritesConfiguration: isSet("DiscoverOrganizations"),
  HasApplications: isSet("ApplicationIds"),
  HasDiscovery: isSet("DiscoverAccessToken"),
  HasExclude: isSet("DiscoverExclude"),
  HasFormerPrefix: isSet("FormerPrefix"),
  HasSecretsKey: isSet("SecretsKeyArn"),
  HasAlarmTopic: isSet("AlarmTopicArn"),
  HasRunbook: not(is("RunbookUrl", "RUNBOOK.md")),
  RenewsAccessTokens: { "Fn::And": [{ Condition: "HasApplications" }, is("RenewAccessTokens", "true")] },
  RenewsUserAccessToken: {
    "Fn::And": [{ Condition: "HasDiscovery" }, is("RenewDiscoverAccessToken", "true")],
  },
  HasMappedSecrets: not({ "Fn::Equals": [{ "Fn::Join": ["", { Ref: "MappedSecretArns" }] }, ""] }),
};

const rule = (Assert: Value, AssertDescription: string, RuleCondition?: Properties): Properties => ({
  ...(RuleCondition !== undefined && { RuleCondition }),
  Assertions: [{ Assert, AssertDescription }],
});

/** Refuses what the construct refuses: no applications, a role that could read a secret that it writes, and contradictions. */
export const RULES: Properties = {
  SomeApplications: rule(
    { "Fn::Or": [isSet("ApplicationIds"), isSet("DiscoverAccessToken")] },
    "Set ApplicationIds, DiscoverAccessToken, or both",
  ),
  SecretsApart: rule(
    not({ "Fn::Equals": [{ Ref: "SecretPrefix" }, { Ref: "AccessTokenFolder" }] }),
    "AccessTokenFolder must not be the same as SecretPrefix",
  ),
  OneConfiguration: rule(
    { "Fn::And": [is("Configuration", ""), is("ApplicationIds", ""), isSet("DiscoverAccessToken")] },
    "With DiscoverOrganizations, set DiscoverAccessToken, and leave Configuration and ApplicationIds empty",
    isSet("DiscoverOrganizations"),
  ),
  NothingIgnored: rule(
    { "Fn::And": [is("DiscoverInclude", "*"), is("DiscoverExclude", ""), is("DiscoverAtLeast", "1")] },
    "DiscoverInclude, DiscoverExclude and DiscoverAtLeast need DiscoverOrganizations. Otherwise, the configuration decides",
    is("DiscoverOrganizations", ""),
  ),
};
