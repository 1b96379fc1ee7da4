/** Listeners that would take each other's port. */
import type { GatewayFile } from './gateway-file.ts';
import { problemAt } from './problems.ts';
import type { Located, Problem } from './problems.ts';

const NAMES = ['domestic', 'federation', 'operations'] as const;
const EVERYWHERE: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

export function checkPorts({ listeners }: GatewayFile, at: Located): Problem[] {
  return NAMES.flatMap((name, index) => {
    const listener = listeners[name];
    const clash = NAMES.slice(0, index).find((other) => listener.port !== 0 && listeners[other].port === listener.port && overlap(listeners[other].host, listener.host));
    return clash === undefined ? [] : [problemAt(at, ['listeners', name, 'port'], `${listener.port} is also the port of listeners.${clash}`)];
  });
}

function overlap(a: string, b: string): boolean {
  return a === b || EVERYWHERE.has(a) || EVERYWHERE.has(b);
}
