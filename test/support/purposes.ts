/** The purposes of one service, read as services.yaml has them. */
import { readFields } from '../../src/mapping/fields.ts';
import { Problems } from '../../src/mapping/problems.ts';
import { readPurposes } from '../../src/mapping/purposes.ts';
import type { Purposes } from '../../src/mapping/purposes.ts';

/** Throws CausewayError `config-invalid` for what an operator may not write. */
export function purposesOf(table: Readonly<Record<string, string>>): Purposes {
  const problems = new Problems();
  const source = problems.source('services.yaml', JSON.stringify(Object.keys(table).length === 0 ? {} : { purposes: table }));
  const fields = source === undefined ? undefined : readFields(source, [], source.value, ['purposes']);
  const purposes = fields === undefined ? undefined : readPurposes(fields);
  problems.throwIfAny();
  if (purposes === undefined) throw new Error('no purposes');
  return purposes;
}
