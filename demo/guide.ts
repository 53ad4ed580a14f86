import { heading, type Screen, say } from "../cli/terminal/screen.ts";
import { COLD_CHAIN } from "./cold-chain.ts";
import type { Demo } from "./demo.ts";
import { FACTORY_FLOOR } from "./factory-floor.ts";
import { emulatorVariables } from "./worker.ts";

interface Served extends Pick<Demo, "emulators" | "worker"> {
  readonly dashboard: { readonly url: string };
}

/** Shows how to reach the emulators from another terminal. Commands have their own lines, whatever their length. */
export function showGuide({ emulators, worker, dashboard }: Served, screen: Screen): void {
  const { losant, aws, region } = emulators;
  const application = `${losant.url}/applications/${COLD_CHAIN.id}`;
  const command = (text: string) => screen.line(`    ${screen.typed(text)}`);

  heading(screen, "The widget of CloudWatch's dashboard, in a browser on this machine:");
  screen.line(`    ${screen.paint("strong", dashboard.url)}`);
  say(screen, "Its buttons start the worker. Allow the widget to run, as in CloudWatch.");

  heading(screen, "The emulators run until Ctrl-C. In another terminal, set these variables:");
  for (const [name, value] of Object.entries(emulatorVariables(aws.url, region)))
    command(`export ${name}=${value}`);

  heading(screen, "Read from AWS, with the AWS CLI");
  command("aws secretsmanager list-secrets --query 'SecretList[].Name'");
  command("aws secretsmanager list-secret-version-ids --include-deprecated \\");
  command("  --secret-id prod/backend/losant");
  command(`curl -s ${aws.url}/_emulator/state    # shows the events, too`);

  heading(screen, "Read from Losant, with the worker's access token in a variable");
  command("TOKEN=$(aws secretsmanager get-secret-value --query SecretString --output text \\");
  command(`  --secret-id ${COLD_CHAIN.accessToken})`);
  command('curl -s -H "Authorization: Bearer $TOKEN" \\');
  command(`  '${application}/tokens?sortField=expirationDate&perPage=3'`);

  heading(screen, "Run the worker, in the folder in which you started the demo");
  command(`export CONFIG=${worker.configFile}`);
  command("npm run rotate -- --config $CONFIG --dry-run");
  command("npm run rotate -- --config $CONFIG --token 'Warehouse tablet' --force");

  heading(screen, "Add a token that is due in the next run (the response shows its string once)");
  command(`curl -s ${losant.url}/_emulator/tokens -d '{"applicationId": "${FACTORY_FLOOR.id}",`);
  command(`  "name": "Mine", "scope": ["devices.get"], "creationDate": "${inDays(-85)}",`);
  command(`  "expirationDate": "${inDays(5)}"}'`);

  heading(
    screen,
    "Cause faults: Losant creates the next two tokens, but the responses are lost. The second line ends all faults",
  );
  command(`curl -s ${losant.url}/_emulator/faults -d '{"operation": "create", "drop": "after", "times": 2}'`);
  command(`curl -s -X DELETE ${losant.url}/_emulator/faults`);
  say(screen, "The same for AWS, with operations such as PutSecretValue and PutEvents:");
  command(`curl -s ${aws.url}/_emulator/faults -d '{"operation": "PutEvents", "tweak": {"fail": [0]}}'`);

  screen.line();
  say(screen, "The worker's log of the runs above is in this file:");
  command(worker.logFile);
}

function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString();
}
