/** Asking a security server in SOAP what a provider offers (PR-META): listMethods, and allowedMethods for the member that asks. */
import { randomUUID } from 'node:crypto';
import { CausewayError } from '../../errors.ts';
import type { DomesticService } from '../../stages.ts';
import { children, element } from '../../xml/element.ts';
import { renderXml } from '../../xml/render.ts';
import type { AskMethods } from '../ecosystem.ts';
import { sendOnce } from '../send.ts';
import { headerElements } from './headers.ts';
import { readService } from './identifiers.ts';
import { CONTENT_TYPE, PREFIXES, SOAP, XROAD } from './names.ts';
import { readAnswer } from './parse.ts';

export const askMethods: AskMethods = async ({ code, client, provider }, connection, deadline, limits) => {
  const header = headerElements(client, { ...provider, service: code }, { messageId: randomUUID() });
  const envelope = element(SOAP, 'Envelope', [element(SOAP, 'Header', header), element(SOAP, 'Body', [element(XROAD, code)])]);
  const request = { method: 'POST', target: '/', headers: { 'content-type': CONTENT_TYPE, soapaction: '""' }, body: renderXml(envelope, PREFIXES, { declaration: true }) };
  const message = readAnswer(await sendOnce(request, connection, deadline, limits.maxBytes), limits);
  if (message.kind === 'fault') throw new CausewayError('service-refused', message.fault.code, { facts: { hint: `Its code is ${message.fault.code}.` } });
  return children(message.body, XROAD, 'service').map((service): DomesticService => readService(service));
};
