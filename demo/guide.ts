import { heading, type Screen, say } from "../cli/terminal/screen.ts";
import { COLD_CHAIN } from "./cold-chain.ts";
import type { Demo } from "./demo.ts";
import { FACTORY_FLOOR } from "./factory-floor.ts";
import { emulatorVariables } from "./worker.ts";

/** How to reach the emulators from another terminal. Commands are lines of their own, whatever their length. */
export function showGuide({ emulators, worker }: Pick<Demo, "emulators" | "worker">, screen: Screen): void {
  const { losant, aws, region } = emulators;
  const application = `${losant.url}/applications/${COLD_CHAIN.id}`;
  const command = (text: string) => screen.line(`    ${screen.typed(text)}`);

  heading(screen, "The emulators go on until Ctrl-C. In another terminal:");
  for (const [name, value] of Object.entries(emulatorVariables(aws.url, region)))
    command(`export ${name}=${value}`);

  heading(screen, "AWS, with its command line");
  command("aws secretsmanager list-secrets --query 'SecretList[].Name'");
  command("aws secretsmanager list-secret-version-ids --include-deprecated \\");
  command("  --secret-id prod/backend/losant");
  command(`curl -s ${aws.url}/_emulator/state    # the events too`);

  heading(screen, "Losant, with the worker's own token, which stays in a variable");
  command("TOKEN=$(aws secretsmanager get-secret-value --query SecretString --output text \\");
  command(`  --secret-id ${COLD_CHAIN.accessToken})`);
  command('curl -s -H "Authorization: Bearer $TOKEN" \\');
  command(`  '${application}/tokens?sortField=expirationDate&perPage=3'`);

  heading(screen, "The worker, from the root of the repository");
  command(`export CONFIG=${worker.configFile}`);
  command("npm run rotate -- --config $CONFIG --dry-run");
  command("npm run rotate -- --config $CONFIG --token 'Warehouse tablet' --force");

  heading(screen, "A token of your own, due in the next run (the answer shows its string, once)");
  command(`curl -s ${losant.url}/_emulator/tokens -d '{"applicationId": "${FACTORY_FLOOR.id}",`);
  command(`  "name": "Mine", "scope": ["devices.get"], "creationDate": "${inDays(-85)}",`);
  command(`  "expirationDate": "${inDays(5)}"}'`);

  heading(
    screen,
    "Trouble: Losant creates the next two tokens, but the answer is lost; then all faults are cleared",
  );
  command(`curl -s ${losant.url}/_emulator/faults -d '{"operation": "create", "drop": "after", "times": 2}'`);
  command(`curl -s -X DELETE ${losant.url}/_emulator/faults`);
  say(screen, "The same for AWS, where operations are PutSecretValue, PutEvents and so on:");
  command(`curl -s ${aws.url}/_emulator/faults -d '{"operation": "PutEvents", "tweak": {"fail": [0]}}'`);

  screen.line();
  say(screen, "The worker's log of the runs above:");
  command(worker.logFile);
}

function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString();
}
