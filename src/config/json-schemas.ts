/** The JSON Schemas of the configuration files, out of the schemas that read them: editors complete and check what the gateway accepts. */
import { toJsonSchema } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';
import { ecosystemSchema } from './ecosystem-file.ts';
import { gatewaySchema } from './gateway-file.ts';
import { linkSchema } from './link-file.ts';
import { trustSchema } from './trust-file.ts';

/** File name and text. */
export function jsonSchemas(): Readonly<Record<string, string>> {
  return {
    'ecosystem.schema.json': render('ecosystems/<name>.yaml', ecosystemSchema()),
    'gateway.schema.json': render('gateway.yaml', gatewaySchema('.')),
    'link.schema.json': render('links/<peer>.yaml', linkSchema()),
    'trust.schema.json': render('trust/<COUNTRY>.json', trustSchema()),
  };
}

/** As operators write it (`input`): a duration is its text. What JSON Schema cannot say is left to `causeway config check`. */
function render(title: string, schema: GenericSchema): string {
  const { $schema, ...rest } = toJsonSchema(schema, { target: 'draft-2020-12', typeMode: 'input', ignoreActions: ['check', 'raw_check', 'transform'] });
  return `${JSON.stringify({ $schema, title, ...rest }, undefined, 2)}\n`;
}
