/** The forms of the bench in XSLT 3.0, compiled by xslt3 and run by saxon-js. It checks less: no unknown field, no schema. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { JsonValue } from '../../../src/stages.ts';
import { CODES, NS, type FieldKind, type Form } from './forms.ts';

interface Saxon {
  transform(options: Readonly<Record<string, unknown>>, how: 'sync'): { readonly principalResult: unknown };
  getResource(options: { readonly text: string; readonly type: 'xml' | 'json' }): Promise<unknown>;
}

export interface Stylesheets {
  toNeutral(xml: string): Promise<() => unknown>;
  toDomestic(neutral: JsonValue): Promise<() => unknown>;
}

const require = createRequire(import.meta.url);

const TO_NEUTRAL: Record<FieldKind, (field: string) => string> = {
  text: (field) => `string(${field})`,
  date: (field) => `string(xs:date(string-join(reverse(tokenize(${field}, '\\.')), '-')))`,
  id: (field) => `'EE:' || ${field}`,
  amount: (field) => `format-number(xs:decimal(${field}), '0.00')`,
  code: (field) => `$forth(string(${field}))`,
};

const TO_DOMESTIC: Record<FieldKind, (field: string) => string> = {
  text: (field) => field,
  date: (field) => `string-join(reverse(tokenize(string(xs:date(${field})), '-')), '.')`,
  id: (field) => `substring-after(${field}, 'EE:')`,
  amount: (field) => `format-number(xs:decimal(${field}), '0.00')`,
  code: (field) => `$back(${field})`,
};

const CODE_MAP = Object.entries(CODES);
const HEAD = `<xsl:stylesheet version="3.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:b="${NS}" exclude-result-prefixes="xs">
<xsl:output omit-xml-declaration="yes"/>
<xsl:variable name="forth" select="map { ${CODE_MAP.map(([domestic, neutral]) => `'${domestic}': '${neutral}'`).join(', ')} }"/>
<xsl:variable name="back" select="map { ${CODE_MAP.map(([domestic, neutral]) => `'${neutral}': '${domestic}'`).join(', ')} }"/>`;

/** Compiles both stylesheets of each form in `folder`: some seconds, not measured. */
export function compileStylesheets(folder: string, forms: readonly Form[]): Stylesheets[] {
  const saxon = require('saxon-js') as Saxon;
  return forms.map((form, at) => {
    const [forth, back] = [compile(folder, `forth${at}`, toNeutral(form)), compile(folder, `back${at}`, toDomestic(form))];
    return {
      async toNeutral(xml) {
        const sourceNode = await saxon.getResource({ text: xml, type: 'xml' });
        return () => saxon.transform({ stylesheetInternal: forth, sourceNode, destination: 'raw' }, 'sync').principalResult;
      },
      // Written out: its tree is not one that can be compared, and writing is a small part.
      async toDomestic(document) {
        const neutral = await saxon.getResource({ text: JSON.stringify(document), type: 'json' });
        return () => saxon.transform({ stylesheetInternal: back, initialTemplate: 'main', stylesheetParams: { neutral }, destination: 'serialized' }, 'sync').principalResult;
      },
    };
  });
}

function compile(folder: string, name: string, stylesheet: string): unknown {
  const [source, target] = [join(folder, `${name}.xsl`), join(folder, `${name}.sef.json`)];
  writeFileSync(source, stylesheet);
  const { status, stdout, stderr } = spawnSync(process.execPath, [require.resolve('xslt3/xslt3.js'), `-xsl:${source}`, `-export:${target}`, '-nogo'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`xslt3: ${stdout}${stderr}`);
  return JSON.parse(readFileSync(target, 'utf8'));
}

function toNeutral({ fields, items }: Form): string {
  const row = `map { ${fields.map((kind, at) => `'n${at}': ${TO_NEUTRAL[kind](`b:a${at}`)}`).join(', ')} }`;
  return `${HEAD}<xsl:template match="/b:answer"><xsl:sequence select="${items === undefined ? row : `map { 'items': array { b:item ! ${row} } }`}"/></xsl:template></xsl:stylesheet>`;
}

function toDomestic({ fields, items }: Form): string {
  const row = fields.map((kind, at) => `<b:a${at}><xsl:value-of select="${TO_DOMESTIC[kind](`.('n${at}')`)}"/></b:a${at}>`).join('');
  const rows = items === undefined ? `<xsl:for-each select="$neutral">${row}</xsl:for-each>` : `<xsl:for-each select="$neutral('items')?*"><b:item>${row}</b:item></xsl:for-each>`;
  return `${HEAD}<xsl:param name="neutral"/><xsl:template name="main"><b:answer>${rows}</b:answer></xsl:template></xsl:stylesheet>`;
}
