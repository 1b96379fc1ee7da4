/** A port on the command line. */
import { InvalidArgumentError } from 'commander';

export function readPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_528) throw new InvalidArgumentError('A port from 1 to 65528 is needed.');
  return port;
}
