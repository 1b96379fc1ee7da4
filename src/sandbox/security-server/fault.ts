/** What the stand-in answers when the platform itself refuses or fails (X-Road 7.8 error codes, and the spelling before it). */
import { randomUUID } from 'node:crypto';
import type { HttpReply } from '../../platform/http-client.ts';
import { element } from '../../xml/element.ts';
import { renderXml } from '../../xml/render.ts';
import { renderFault } from '../soap/message.ts';

/** `current`: `server.serverproxy.access_denied` (7.8). `before-7.8`: `Server.ServerProxy.AccessDenied`. */
export type FaultSpelling = 'current' | 'before-7.8';

/** A refusal of the platform. `code` is the dotted chain of 7.8; `detail` is the id that its operators look for. */
export class PlatformFault extends Error {
  readonly code: string;
  readonly detail: string = randomUUID();

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Anything else that goes wrong in the stand-in is its own failure. */
export function asPlatformFault(thrown: unknown): PlatformFault {
  return thrown instanceof PlatformFault ? thrown : new PlatformFault('server.clientproxy.internal_error', 'Internal error');
}

const COMPOUND: Readonly<Record<string, string>> = { serverproxy: 'ServerProxy', clientproxy: 'ClientProxy' };

function spell(code: string, spelling: FaultSpelling): string {
  if (spelling === 'current') return code;
  return code
    .split('.')
    .map((part) => COMPOUND[part] ?? part.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase()))
    .join('.');
}

/** SOAP 1.1 fault with the detail id, status 500. */
export function soapFault(fault: PlatformFault, spelling: FaultSpelling): HttpReply {
  const body = renderFault(spell(fault.code, spelling), fault.message, [element('', 'faultDetail', [fault.detail])]);
  return { status: 500, headers: { 'content-type': 'text/xml; charset=utf-8' }, body };
}

/** JSON, or XML where the caller accepts an XML type; status 500 for `server.` codes, else 400; the code repeated in X-Road-Error. */
export function restError(fault: PlatformFault, accept: string | undefined, spelling: FaultSpelling): HttpReply {
  const code = spell(fault.code, spelling);
  const fields = { type: code, message: fault.message, detail: fault.detail };
  const xml = ['application/xml', 'text/xml'].find((type) => accept?.includes(type));
  return {
    status: fault.code.startsWith('server.') ? 500 : 400,
    headers: { 'content-type': `${xml ?? 'application/json'}; charset=utf-8`, 'x-road-error': code },
    body: xml === undefined ? Buffer.from(JSON.stringify(fields)) : errorDocument(fields),
  };
}

/** UXP tells its faults in two headers (read so by a public client); codes and body are the stand-in's, since neither is public. */
export function uxpError(fault: PlatformFault, spelling: FaultSpelling): HttpReply {
  const code = spell(fault.code, spelling);
  return {
    status: fault.code.startsWith('server.') ? 500 : 400,
    headers: { 'content-type': 'application/json; charset=utf-8', 'uxp-faultcode': code, 'uxp-faultstring': fault.message },
    body: Buffer.from(JSON.stringify({ faultcode: code, faultstring: fault.message, detail: fault.detail })),
  };
}

function errorDocument(fields: Readonly<Record<string, string>>): Uint8Array {
  const children = Object.entries(fields).map(([name, value]) => element('', name, [value]));
  return renderXml(element('', 'error', children), {}, { declaration: true });
}
