/** `causeway config check`: what the files say together, and whether the keys and certificates that they name are what they must be. */
import { basename } from 'node:path';
import { checkAgreement } from './check-agreement.ts';
import { checkContainers } from './check-containers.ts';
import { checkFiles } from './check-files.ts';
import { checkHubFiles } from './check-hub-files.ts';
import { checkPorts } from './check-ports.ts';
import { checkProofs } from './check-proofs.ts';
import { checkRotation } from './check-rotation.ts';
import { checkTrust } from './check-trust.ts';
import { checkWaits } from './check-waits.ts';
import type { GatewayFile } from './gateway-file.ts';
import { readConfig } from './config.ts';
import { peerOf } from './link-in-question.ts';
import type { LinkInQuestion } from './link-in-question.ts';
import { inOrder, problemAt } from './problems.ts';
import type { Located, Problem } from './problems.ts';

/**
 * Every problem of the folder, errors and warnings, in the order of the files. Where a file cannot be read by itself, what depends on it is
 * left for the next run. `now`: UTC milliseconds, for validity.
 */
export function checkConfig(folder: string, now: number): readonly Problem[] {
  const { gateway, links, problems } = readConfig(folder);
  if (gateway.value === undefined) return inOrder(problems);
  const { value } = gateway;
  const read = links.flatMap((at) => (at.value === undefined ? [] : [{ gateway: value, link: at.value, at }]));
  return inOrder([
    ...problems,
    ...checkPorts(value, gateway),
    ...checkRequestHash(value, gateway),
    ...checkClients(value, gateway),
    ...checkFiles(value, gateway, now),
    ...checkHubFiles(value, gateway, now),
    ...read.flatMap((question) => [...checkName(question), ...checkAgreement(question, now), ...checkProofs(question), ...checkContainers(question), ...checkTrust(question, now), ...checkWaits(question, gateway)]),
    ...checkRotation(value, read, gateway),
    ...checkDistinct(read),
  ]);
}

/** A check that is turned off shows. */
function checkRequestHash({ home }: GatewayFile, at: Located): Problem[] {
  if (home.requestHash === 'verified') return [];
  return [problemAt(at, ['home', 'requestHash'], 'answers over UXP are taken whatever request their hash is of', { severity: 'warning' })];
}

/** A gateway that only answers from abroad needs no clients; one that forgot them would refuse everybody. */
function checkClients({ gateway, home }: GatewayFile, at: Located): Problem[] {
  if (gateway.home === 'provider' || home.clients.length > 0) return [];
  return [problemAt(at, ['home', 'clients'], 'names nobody: no information system at home may ask', { severity: 'warning' })];
}

function checkName({ gateway, link, at }: LinkInQuestion): Problem[] {
  const peer = peerOf({ gateway, link });
  if (peer === undefined) return [];
  const expected = `${peer.country.toLowerCase()}.yaml`;
  return basename(at.file) === expected ? [] : [problemAt(at, [], `the peer of this link is ${peer.country}: the file must be named ${expected}`)];
}

/** A peer, and a link id, has one file. */
function checkDistinct(links: readonly LinkInQuestion[]): Problem[] {
  return links.flatMap(({ link, at }, index) => {
    const earlier = links.slice(0, index).find((other) => other.link.agreement.id === link.agreement.id);
    return earlier === undefined ? [] : [problemAt(at, ['agreement', 'id'], `is also the id of the link in ${earlier.at.file}`)];
  });
}
