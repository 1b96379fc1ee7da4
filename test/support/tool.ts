/** Tests against outside programs: skipped where the program is absent, failed where CAUSEWAY_TOOLS=required. */
import { spawnSync } from 'node:child_process';

/** False when the program is there, so that it can stand as the `skip` option of a test; else why the test is skipped. */
export function tool(name: string, versionArgument = '--version'): string | false {
  if (spawnSync(name, [versionArgument]).error === undefined) return false;
  if (process.env['CAUSEWAY_TOOLS'] === 'required') throw new Error(`${name} is required and not installed`);
  return `skipped: no ${name}`;
}
