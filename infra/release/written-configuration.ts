import { type Properties, sub, when } from "./cfn.ts";

const listOf = (parameter: string): Properties => ({
  "Fn::Join": ['","', { "Fn::Split": [",", { Ref: parameter }] }],
});

/** rotation.config.json for applications that are discovered. The patterns of the parameters keep it valid JSON. */
export const WRITTEN_CONFIGURATION: Properties = sub(
  `{"secretPrefix":"\${SecretPrefix}","formerPrefixes":[\${Former}],"eventBusName":"\${EventBusName}",` +
    `"schedule":"\${ScheduleInterval}","discover":[{"accessToken":{"secret":"\${DiscoverAccessToken}",` +
    `"renew":\${RenewDiscoverAccessToken}},` +
    `"organizations":["\${Organizations}"],"include":["\${Include}"],"exclude":[\${Exclude}],"atLeast":\${DiscoverAtLeast}}]}`,
  {
    Former: when("HasFormerPrefix", sub(`"\${FormerPrefix}"`), ""),
    Organizations: listOf("DiscoverOrganizations"),
    Include: listOf("DiscoverInclude"),
    Exclude: when("HasExclude", sub(`"\${Names}"`, { Names: listOf("DiscoverExclude") }), ""),
  },
);
