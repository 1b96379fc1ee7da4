/** `causeway keys …` on the command line: making keys, and changing them while exchanges go on. */
import type { Command } from 'commander';
import type { RotateArguments } from './keys-rotate.ts';

const CONFIG = ['--config <dir>', 'configuration folder of the gateway'] as const;
const JSON_OPTION = ['--json', 'print one JSON object'] as const;

/** Adds the commands to `keys`. */
export function addKeys(keys: Command): void {
  addMaking(keys);
  keys
    .command('rotate')
    .description('change a key while exchanges go on: shown to peers, used when they believe it, the old one taken away (docs/trust.md)')
    .requiredOption(...CONFIG)
    .requiredOption('--role <role>', 'entity, statement, encryption, tls or evidence')
    .option('--dry-run', 'ask each peer whether it would believe such a key, and change nothing')
    .option('--compromised', 'the key in use is no longer ours alone: the next one is used at once (docs/runbooks/key-is-compromised.md)')
    .option(...JSON_OPTION)
    .action(async ({ json, ...options }: RotateArguments & { json?: true }) => {
      const { renderRotation, rotateKey } = await import('./keys-rotate.ts');
      const outcome = await rotateKey(options, Date.now());
      console.log(json === true ? JSON.stringify(outcome) : renderRotation(outcome));
      if (outcome.refused !== undefined || outcome.peers?.some(({ accepted }) => !accepted) === true) process.exitCode = 1;
    });
  keys
    .command('list')
    .description('keys in use, the next and the old ones of changes under way, and those that were ours')
    .requiredOption(...CONFIG)
    .option(...JSON_OPTION)
    .action(async ({ config, json }: { config: string; json?: true }) => {
      const { listKeys, renderKeyList } = await import('./keys-rotate.ts');
      const lines = await listKeys(config);
      console.log(json === true ? JSON.stringify({ keys: lines }) : renderKeyList(lines));
    });
}

function addMaking(keys: Command): void {
  keys
    .command('auditor')
    .description("make an auditor's key, where the auditor is, and print its public part for the link; keeps one that is there")
    .argument('<file>', 'where the private key (PEM) is kept')
    .action(async (file: string) => {
      const { makeAuditorKey } = await import('../crypto/auditor-key.ts');
      console.log(JSON.stringify(makeAuditorKey(file)));
    });
  keys
    .command('operator')
    .description("make an operator's key, where the operator is, and print its public part for gateway.yaml, operators; keeps one that is there")
    .argument('<file>', 'where the private key (PEM) is kept')
    .action(async (file: string) => {
      const { makeOperatorKey } = await import('../crypto/operator-key.ts');
      console.log(makeOperatorKey(file));
    });
  keys
    .command('make-in-token')
    .description('make in the token the keys that gateway.yaml names there and that are missing; never replaces one (docs/hsm.md)')
    .requiredOption(...CONFIG)
    .option(...JSON_OPTION)
    .action(async ({ config, json }: { config: string; json?: true }) => {
      const { makeKeysInToken, renderTokenKeys } = await import('./keys-in-token.ts');
      const made = await makeKeysInToken(config);
      console.log(json === true ? JSON.stringify({ keys: made }) : renderTokenKeys(made));
    });
  keys
    .command('make')
    .description('make the keys that are missing, each for one role, readable by this user alone; never replaces one')
    .requiredOption('--out <dir>', 'folder for the key files')
    .requiredOption('--host <name>', 'host name in the TLS certificate towards peers')
    .option('--domestic-host <name>', 'make a TLS identity towards our security server too, with this host name')
    .option('--passphrase <file>', 'encrypt the private keys under the passphrase in this file (keys.passphrase in gateway.yaml)')
    .option(...JSON_OPTION)
    .action(async ({ json, ...options }: { out: string; host: string; domesticHost?: string; passphrase?: string; json?: true }) => {
      const { makeKeys, renderKeys } = await import('./keys-make.ts');
      const made = await makeKeys(options, Date.now());
      console.log(json === true ? JSON.stringify(made) : renderKeys(made));
    });
}
